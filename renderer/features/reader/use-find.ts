import { useDeferredValue, useMemo, useState } from 'react'
import type { TextSpan } from '../../ui/spans.ts'
import { findInText, matchFrom } from './find-in-text.ts'

export interface Find {
  readonly isOpen: boolean
  readonly text: string
  readonly matches: readonly TextSpan[]
  /** Which match it stands on, from 0; −1 without one. */
  readonly index: number
  readonly current: TextSpan | null
  readonly open: () => void
  readonly close: () => void
  readonly setText: (text: string) => void
  readonly step: (by: 1 | -1) => void
}

const noMatches: readonly TextSpan[] = []

/** Finding words in the open text. `whereReading` gives the place from which the first match is taken. */
export function useFind(text: string, whereReading: () => number): Find {
  const [isOpen, setOpen] = useState(false)
  const [wanted, setWanted] = useState('')
  const [step, setStep] = useState({ wanted: '', index: -1 })
  const shown = useDeferredValue(wanted)
  const matches = useMemo(() => (isOpen && shown !== '' ? findInText(text, shown) : noMatches), [isOpen, text, shown])
  const [from, setFrom] = useState(0)
  const isStepped = step.wanted === shown
  const index = matches.length === 0 ? -1 : isStepped ? step.index % matches.length : matchFrom(matches, from)
  return {
    isOpen,
    text: wanted,
    matches,
    index,
    current: matches[index] ?? null,
    open() {
      setOpen(true)
      setFrom(whereReading())
    },
    close: () => setOpen(false),
    setText(next) {
      setWanted(next)
      if (next === '') setFrom(whereReading())
    },
    step(by) {
      if (matches.length > 0) setStep({ wanted: shown, index: (index + by + matches.length) % matches.length })
    },
  }
}
