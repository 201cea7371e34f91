import { useEffect, useState } from 'react'
import { draftOf, liveQuery, queryOf, takeFinished, type QueryDraft } from './query-draft.ts'

interface DraftState {
  readonly draft: QueryDraft
  readonly caret: number
  /** True while one types: suggestions are wanted then. */
  readonly isTyped: boolean
}

export interface Draft extends DraftState {
  readonly type: (text: string, caret: number) => void
  readonly setCaret: (caret: number) => void
  readonly put: (draft: QueryDraft, isDone: boolean) => void
}

/** What stands in the box. It follows the address when that changes by other means than typing. */
export function useDraft(query: string, onQuery: (query: string, isDone: boolean) => void): Draft {
  const [state, setState] = useState<DraftState>(() => startOf(query))
  // What was told last, and what the address said then: a difference that is not ours is followed.
  const [told, setTold] = useState(query)
  const [seen, setSeen] = useState(query)
  if (query !== seen) {
    setSeen(query)
    if (query !== told) {
      setTold(query)
      setState(startOf(query))
    }
  }
  const tell = (next: string, isDone: boolean): void => {
    setTold(next)
    onQuery(next, isDone)
  }
  return {
    ...state,
    type(text, caret) {
      const taken = takeFinished({ ...state.draft, text }, caret)
      setState({ ...taken, isTyped: true })
      tell(liveQuery(taken.draft, taken.caret), false)
    },
    setCaret: (caret) => setState((before) => (before.caret === caret ? before : { ...before, caret })),
    put(draft, isDone) {
      setState({ draft, caret: draft.text.length, isTyped: false })
      tell(queryOf(draft), isDone)
    },
  }
}

function startOf(query: string): DraftState {
  const draft = draftOf(query)
  return { draft, caret: draft.text.length, isTyped: false }
}

/** React puts the caret at the end when the text shrinks by itself; it belongs where the typing was. */
export function useCaret(input: React.RefObject<HTMLInputElement | null>, { draft, caret, isTyped }: DraftState): void {
  useEffect(() => {
    const element = input.current
    if (!isTyped || element === null || document.activeElement !== element) return
    const isMisplaced = element.selectionStart === element.selectionEnd && element.selectionStart !== caret
    if (isMisplaced && caret <= draft.text.length) element.setSelectionRange(caret, caret)
  }, [input, draft.text, caret, isTyped])
}
