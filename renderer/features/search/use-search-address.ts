import { useCallback, useMemo, useRef } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { isSameSearch, readSearchParams, writeSearchParams, type SearchParams } from './search-params.ts'

interface SearchAddress {
  readonly params: SearchParams
  /** The result that the address opens; `null` for none. */
  readonly item: number | null
  /** Goes to another search. While one types, the address changes in place once it has changed at all. */
  readonly go: (params: SearchParams, how: 'typing' | 'done') => void
  /** Notes in the address which result is open. */
  readonly noteItem: (item: number | null) => void
}

/** The search that the address tells, and the way to another one. */
export function useSearchAddress(): SearchAddress {
  const { settings, spaces } = useServices()
  const navigate = useNavigate()
  const { search } = useLocation()
  const defaultMode = useStore(settings.store, (state) => state.settings.searchMode)
  const known = useStore(spaces.store, (state) => (state.isLoaded && state.error === null ? state.spaces : null))
  const [params, item] = useMemo(() => {
    const read = new URLSearchParams(search)
    const id = Number(read.get('item') ?? Number.NaN)
    const asked = readSearchParams(read, defaultMode)
    // A space that was removed is searched no longer, and the one that searches use needs no name.
    const isOther = known === null || known.some((space) => space.id === asked.space && !space.isDefault)
    return [isOther ? asked : { ...asked, space: null }, Number.isSafeInteger(id) && id > 0 ? id : null] as const
  }, [search, defaultMode, known])
  const isTyping = useRef(false)
  const go = useCallback(
    (next: SearchParams, how: 'typing' | 'done') => {
      if (isSameSearch(params, next)) {
        isTyping.current = how === 'typing'
        return
      }
      const replace = how === 'typing' && isTyping.current
      isTyping.current = how === 'typing'
      void navigate(writeSearchParams(next, defaultMode), { replace })
    },
    [navigate, params, defaultMode],
  )
  const noteItem = useCallback(
    (id: number | null) => void navigate(writeSearchParams(params, defaultMode, id), { replace: true }),
    [navigate, params, defaultMode],
  )
  return { params, item, go, noteItem }
}
