import { Search, X } from 'lucide-react'
import { useEffect, useId, useImperativeHandle, useRef, type KeyboardEvent, type Ref, type RefObject } from 'react'
import { Icon } from '../../ui/icon.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Keys } from '../../ui/keys.tsx'
import styles from './query-box.module.css'
import { QueryChips, type LikeChip } from './query-chips.tsx'
import { queryOf, takeAll, type QueryDraft } from './query-draft.ts'
import { focusFirstChip, handleBoxKey } from './query-keys.ts'
import { SuggestionList } from './suggestion-list.tsx'
import { useCaret, useDraft } from './use-draft.ts'
import { useSuggestions } from './use-suggestions.ts'

export interface QueryBoxHandle {
  readonly focus: () => void
}

interface QueryBoxProps {
  /** The whole query, as the address has it. */
  readonly query: string
  readonly likes: readonly LikeChip[]
  /** Called while one types, and when one is done. */
  readonly onQuery: (query: string, isDone: boolean) => void
  readonly onRemoveLike: (id: number) => void
  readonly onClear: () => void
  /** The person wants to go on to the results. */
  readonly onLeave: () => void
  readonly ref?: Ref<QueryBoxHandle>
}

/** The search box: free words as text, filters, phrases and excluded words as chips behind them. */
export function QueryBox(props: QueryBoxProps): React.JSX.Element {
  const { query, likes, onQuery, onRemoveLike, onClear, onLeave, ref } = props
  const input = useRef<HTMLInputElement>(null)
  const box = useRef<HTMLElement>(null)
  const listId = useId()
  const state = useDraft(query, onQuery)
  const { draft, caret, isTyped, put } = state
  const suggestions = useSuggestions({ draft, caret, isOn: isTyped })
  const focus = (): void => input.current?.focus()
  useImperativeHandle(ref, () => ({
    focus: () => {
      input.current?.focus()
      input.current?.select()
    },
  }))
  useCaret(input, state)
  usePressBeside(box, input)
  const commit = (next: QueryDraft): void => put(takeAll(next), true)
  const choose = (index: number): void => {
    const next = suggestions.accept(index)
    if (next !== null) commit(next)
    focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return
    const handled = handleBoxKey(event, {
      suggestions,
      choose,
      commit: () => commit(draft),
      leave: onLeave,
      toChips: () => focusFirstChip(box.current?.querySelector('[data-chips]') ?? null),
      removeLast: () => draft.chips.length > 0 && put({ ...draft, chips: draft.chips.slice(0, -1) }, true),
      isEmpty: draft.text === '',
    })
    if (handled) event.preventDefault()
  }
  const isEmpty = draft.text === '' && draft.chips.length === 0 && likes.length === 0
  const clear = (): void => {
    onClear()
    focus()
  }
  return (
    <div className={styles.anchor}>
      <search className={styles.box} aria-label="Library" ref={box}>
        <Icon of={Search} />
        <div className={styles.parts} data-chips>
          <input
            ref={input}
            className={styles.input}
            role="combobox"
            aria-label="Search"
            aria-expanded={suggestions.options.length > 0}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={suggestions.active < 0 ? undefined : `${listId}-${suggestions.active}`}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            placeholder={isEmpty ? 'Search by words and by meaning' : ''}
            value={draft.text}
            onChange={({ target }) => state.type(target.value, target.selectionStart ?? target.value.length)}
            onSelect={({ currentTarget }) => state.setCaret(currentTarget.selectionStart ?? 0)}
            onBlur={() => isTyped && suggestions.options.length === 0 && commit(draft)}
            onKeyDown={onKeyDown}
          />
          <QueryChips draft={draft} likes={likes} onPut={(next) => put(next, true)} onRemoveLike={onRemoveLike} onBack={focus} />
        </div>
        {isEmpty ? <Keys of="/" /> : <IconButton icon={X} label="Clear the search" onPress={clear} />}
      </search>
      <SuggestionList
        id={listId}
        suggestions={suggestions}
        onChoose={choose}
        within={queryOf({ ...draft, text: suggestions.textWithout })}
      />
    </div>
  )
}

/** A press into the frame, beside the words, means the words. */
function usePressBeside(box: RefObject<HTMLElement | null>, input: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const frame = box.current
    const onPointerDown = (event: PointerEvent): void => {
      const isBeside = event.target instanceof Element && event.target.closest('button, input') === null
      if (!isBeside) return
      event.preventDefault()
      input.current?.focus()
    }
    frame?.addEventListener('pointerdown', onPointerDown)
    return () => frame?.removeEventListener('pointerdown', onPointerDown)
  }, [box, input])
}
