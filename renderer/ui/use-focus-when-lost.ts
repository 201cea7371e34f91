import { useEffect } from 'react'
import { useLatest } from './use-latest.ts'

/**
 * Gives the focus to what `focus` does when a screen is there and what had it went away with the one before: keys that
 * scroll and screen readers then begin in the right place. What holds the focus keeps it.
 */
export function useFocusWhenLost(place: string | number | null, focus: () => void): void {
  const latest = useLatest(focus)
  useEffect(() => {
    if (place === null) return
    // After the one before is gone.
    const frame = requestAnimationFrame(() => {
      if (document.activeElement === null || document.activeElement === document.body) latest.current()
    })
    return () => cancelAnimationFrame(frame)
  }, [place, latest])
}
