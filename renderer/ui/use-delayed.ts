import { useEffect, useState } from 'react'

/** True once `isOn` has been true for `delayMs`: what is quick never shows a skeleton. */
export function useDelayed(isOn: boolean, delayMs = 300): boolean {
  const [isPast, setPast] = useState(false)
  useEffect(() => {
    if (!isOn) return
    const timer = setTimeout(() => setPast(true), delayMs)
    return () => {
      clearTimeout(timer)
      setPast(false)
    }
  }, [isOn, delayMs])
  return isOn && isPast
}
