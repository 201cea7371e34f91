import type { KeyboardEvent } from 'react'
import type { Suggestions } from './use-suggestions.ts'

interface BoxKeyParts {
  readonly suggestions: Suggestions
  readonly choose: (index: number) => void
  readonly commit: () => void
  readonly leave: () => void
  /** False when there is no chip to go to. */
  readonly toChips: () => boolean
  readonly removeLast: () => void
  readonly isEmpty: boolean
}

/** The keys of the search box; false leaves a key to the browser. */
export function handleBoxKey(event: KeyboardEvent<HTMLInputElement>, parts: BoxKeyParts): boolean {
  const { suggestions } = parts
  const { selectionStart, selectionEnd, value } = event.currentTarget
  const hasList = suggestions.options.length > 0
  switch (event.key) {
    case 'ArrowDown':
      if (hasList) suggestions.move(1)
      else parts.leave()
      return true
    case 'ArrowUp':
      if (hasList) suggestions.move(-1)
      return hasList
    case 'Tab':
      if (!hasList || event.shiftKey) return false
      parts.choose(Math.max(0, suggestions.active))
      return true
    case 'Enter':
      if (hasList && suggestions.active >= 0) parts.choose(suggestions.active)
      else {
        parts.commit()
        parts.leave()
      }
      return true
    case 'Escape':
      if (!hasList) event.currentTarget.blur()
      suggestions.close()
      return true
    case 'ArrowRight':
      return selectionStart === value.length && selectionEnd === value.length && parts.toChips()
    case 'Backspace':
      if (!parts.isEmpty) return false
      parts.removeLast()
      return true
    default:
      return false
  }
}

export function focusFirstChip(box: HTMLElement | null): boolean {
  const button = box?.querySelector<HTMLElement>('button')
  button?.focus()
  return button !== null && button !== undefined
}

/** Among the buttons of the chips; before the first one lies the box. */
export function moveAmongChips(event: KeyboardEvent<HTMLElement>, onBack: () => void): void {
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button')]
  const target = event.target as HTMLElement
  const at = buttons.indexOf(target)
  if (event.key === 'ArrowRight') buttons[at + 1]?.focus()
  else if (event.key === 'ArrowLeft') {
    if (at > 0) buttons[at - 1]?.focus()
    else onBack()
  } else if (event.key === 'Backspace' || event.key === 'Delete') {
    target.parentElement?.querySelector<HTMLElement>('button:last-of-type')?.click()
    onBack()
  } else return
  event.preventDefault()
  event.stopPropagation()
}
