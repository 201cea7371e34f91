import { useState } from 'react'
import type { TextSpan } from '../../ui/spans.ts'
import type { KinTarget } from './kin-store.ts'

export interface KinChoice {
  /** Whether kin of the whole item are shown, or of a stretch of it. */
  readonly mode: 'item' | 'passage'
  readonly target: KinTarget
  /** Where the stretch came from, to be said above the list. */
  readonly quoted: TextSpan | null
  readonly setMode: (mode: 'item' | 'passage') => void
  readonly choosePassage: (span: TextSpan) => void
}

/** About as much as one passage of the index. */
const visibleLength = 900

interface Options {
  readonly documentId: number
  /** The passage that was found, if one was. */
  readonly matched: TextSpan | null
  readonly textLength: number
  readonly whereReading: () => number
}

/** What kin are shown of: the item, the selected passage, the one that was found, or what one reads. */
export function useKinTarget({ documentId, matched, textLength, whereReading }: Options): KinChoice {
  const [choice, setChoice] = useState<{ documentId: number; mode: 'item' | 'passage'; span: TextSpan | null }>({
    documentId,
    mode: 'item',
    span: null,
  })
  // What was chosen belongs to one item: the next one begins with its whole.
  const mode = choice.documentId === documentId ? choice.mode : 'item'
  const chosen = choice.documentId === documentId ? choice.span : null
  const visible = (): TextSpan => [whereReading(), Math.min(textLength, whereReading() + visibleLength)]
  const quoted = mode === 'item' ? null : chosen
  const passage = quoted === null || quoted[1] <= quoted[0] ? null : { start: quoted[0], end: quoted[1] }
  return {
    mode,
    quoted,
    target: { documentId, passage },
    setMode: (next) => setChoice({ documentId, mode: next, span: next === 'item' ? null : (matched ?? visible()) }),
    choosePassage: (span) => setChoice({ documentId, mode: 'passage', span }),
  }
}
