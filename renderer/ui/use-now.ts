import { useCallback, useSyncExternalStore } from 'react'

/** The time, which moves on in steps of `everyMs`: milliseconds since the epoch. */
export function useNow(everyMs: number): number {
  const subscribe = useCallback(
    (changed: () => void) => {
      const timer = setInterval(changed, everyMs)
      return () => clearInterval(timer)
    },
    [everyMs],
  )
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / everyMs) * everyMs)
}
