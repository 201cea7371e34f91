import { useEffect, useState } from 'react'
import type { SearchHit } from '../../../shared/model/search.ts'
import { useServices } from '../../app/services-context.ts'

interface QuickSearch {
  /** What the hits answer. */
  readonly text: string
  readonly hits: readonly SearchHit[]
  readonly isSearching: boolean
}

const afterMs = 90
const shownHits = 6

/** The best few items for what is being typed; the ones before stay until the new ones come. */
export function useQuickSearch(text: string): QuickSearch {
  const { client } = useServices()
  const [found, setFound] = useState<Omit<QuickSearch, 'isSearching'>>({ text: '', hits: [] })
  useEffect(() => {
    if (text === '') return
    const controller = new AbortController()
    const timer = setTimeout(() => {
      client.request('search.query', { text, limit: shownHits, waitForMeaning: false }, { signal: controller.signal }).then(
        ({ hits, verdict }) => setFound({ text, hits: verdict === 'nothing' ? [] : hits }),
        // The palette still has its commands; the search screen says what is wrong.
        () => controller.signal.aborted || setFound({ text, hits: [] }),
      )
    }, afterMs)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [client, text])
  if (text === '') return { text, hits: [], isSearching: false }
  return { ...found, isSearching: found.text !== text }
}
