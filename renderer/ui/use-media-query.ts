import { useSyncExternalStore } from 'react'

/** Whether a media query holds now. */
export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query)
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    () => matchMedia(query).matches,
  )
}

/** One pane at a time: the list first, the reader over it. */
export function useIsNarrow(): boolean {
  return useMediaQuery('(max-width: 820px)')
}

/** Side panels fold away and open over the text. */
export function useIsCompact(): boolean {
  return useMediaQuery('(max-width: 1100px)')
}
