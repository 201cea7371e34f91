import type { KeyboardEvent } from 'react'

/** Moves the focus among the matching elements inside with j/k, the arrows, Home and End. */
export function moveFocus(event: KeyboardEvent<HTMLElement>, selector: string): void {
  const target = event.target as HTMLElement
  if (target.matches('input, textarea') || event.ctrlKey || event.metaKey || event.altKey) return
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)]
  const at = all.findIndex((element) => element === target || element.contains(target))
  const next = nextIndex(event.key, at, all.length)
  if (next === null || at < 0) return
  event.preventDefault()
  event.stopPropagation()
  all[next]?.focus()
}

/** The place a key leads to in a list; `null` for keys that do not move. */
export function nextIndex(key: string, at: number, length: number): number | null {
  switch (key) {
    case 'j':
    case 'ArrowDown':
      return Math.min(length - 1, at + 1)
    case 'k':
    case 'ArrowUp':
      return Math.max(0, at - 1)
    case 'Home':
      return 0
    case 'End':
      return length - 1
    default:
      return null
  }
}
