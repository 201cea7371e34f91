import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { useDocumentTitle } from '../../app/use-document-title.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { FirstStart } from '../start/first-start.tsx'
import { SearchBody } from './search-body.tsx'

/** Search, or the way in while there is nothing to search. */
export function SearchScreen(): React.JSX.Element | null {
  const { status } = useServices()
  const isKnown = useStore(status.store, (state) => state.status !== null)
  const isEmpty = useStore(status.store, (state) => state.status !== null && state.status.documents + state.status.trashed === 0)
  useDocumentTitle('Search')
  // What the library holds is known within moments: nothing is shown that would have to leave again.
  if (!isKnown) return <HiddenText as="h1">Search</HiddenText>
  return isEmpty ? <FirstStart /> : <SearchBody />
}
