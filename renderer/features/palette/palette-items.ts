import type { LucideIcon } from 'lucide-react'
import type { SearchHit } from '../../../shared/model/search.ts'
import type { TextSpan } from '../../ui/spans.ts'

/** One line of the palette. */
export interface PaletteItem {
  readonly id: string
  readonly icon: LucideIcon
  readonly title: string
  readonly titleSpans: readonly TextSpan[]
  /** The quiet words at the end. */
  readonly hint: string | null
  readonly hintSpans: readonly TextSpan[]
  readonly keys: string | null
  readonly disabledReason: string | null
  /** The item behind it, for the actions that Tab offers. */
  readonly hit: SearchHit | null
  readonly run: () => void
}

export interface PaletteSection {
  readonly title: string
  readonly items: readonly PaletteItem[]
}

/** Where each typed word stands at the beginning of a word of the text. */
export function typedSpans(text: string, typed: string): TextSpan[] {
  const lower = text.toLowerCase()
  return typed
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word.length > 1)
    .flatMap((word): TextSpan[] => {
      const at = lower.indexOf(word)
      const isWordStart = at === 0 || (at > 0 && !/[\p{L}\p{N}]/u.test(lower[at - 1]!))
      return isWordStart ? [[at, at + word.length]] : []
    })
}

/** The next line that can be chosen, around the end; −1 when there is none. */
export function moveActive(items: readonly PaletteItem[], active: number, step: 1 | -1): number {
  for (let i = 1; i <= items.length; i++) {
    const at = (active + step * i + items.length * 2) % items.length
    if (items[at]!.disabledReason === null) return at
  }
  return -1
}
