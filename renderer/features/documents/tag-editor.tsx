import { Tag } from 'lucide-react'
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import { Dialog } from 'react-aria-components/Dialog'
import type { FacetValue } from '../../../shared/model/library.ts'
import { useServices } from '../../app/services-context.ts'
import { Chip } from '../../ui/chip.tsx'
import { formatNumber } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { OptionList } from '../../ui/option-list.tsx'
import { Popover } from '../../ui/popover.tsx'
import { completeTag, hasTag } from './complete-tag.ts'
import styles from './tag-editor.module.css'

interface TagEditorProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  /** What the layer stands beside. */
  readonly anchor: RefObject<HTMLElement | null>
  /** Tags that all the items have. */
  readonly tags: readonly string[]
  readonly onChange: (add: readonly string[], remove: readonly string[]) => void
  readonly title: string
}

/** Adds tags with completion, and takes them away. */
export function TagEditor({ isOpen, onClose, anchor, ...rest }: TagEditorProps): React.JSX.Element {
  return (
    <Popover
      holdsDialog
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      triggerRef={anchor}
      placement="bottom end"
      className={styles.popover}
    >
      <Dialog className={styles.dialog} aria-label={rest.title}>
        <TagForm {...rest} onClose={onClose} />
      </Dialog>
    </Popover>
  )
}

function TagForm({ tags, onChange, onClose, title }: Omit<TagEditorProps, 'isOpen' | 'anchor'>): React.JSX.Element {
  const [text, setText] = useState('')
  const [active, setActive] = useState(-1)
  const known = useKnownTags()
  const listId = useId()
  const input = useRef<HTMLInputElement>(null)
  const options = useMemo(() => completeTag(known, text, tags), [known, text, tags])
  const add = (tag: string): void => {
    const clean = tag.trim().replace(/^#+/, '')
    if (clean !== '' && !hasTag(tags, clean)) onChange([clean], [])
    setText('')
    setActive(-1)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown') setActive(Math.min(options.length - 1, active + 1))
    else if (event.key === 'ArrowUp') setActive(Math.max(-1, active - 1))
    else if (event.key === 'Tab' && text !== '' && options[0] !== undefined) add((options[active] ?? options[0]).value)
    else if (event.key === 'Enter' || event.key === ',') {
      if (text.trim() === '' && active < 0) onClose()
      else add(options[active]?.value ?? text)
    } else if (event.key === 'Backspace' && text === '' && tags.length > 0) onChange([], [tags.at(-1)!])
    else return
    event.preventDefault()
  }
  return (
    <>
      <div className={styles.box}>
        <Icon of={Tag} />
        {tags.map((tag) => (
          <Chip key={tag} name={`tag ${tag}`} onRemove={() => onChange([], [tag])}>
            {tag}
          </Chip>
        ))}
        <input
          ref={input}
          // The editor is opened to be typed into.
          autoFocus
          role="combobox"
          aria-label={title}
          aria-expanded={options.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={active < 0 ? undefined : `${listId}-${active}`}
          autoComplete="off"
          placeholder={tags.length === 0 ? 'Add a tag' : ''}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setActive(-1)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <OptionList
        id={listId}
        label="Known tags"
        active={active}
        options={options.map(({ value, count }) => ({ key: value, label: value, hint: formatNumber(count) }))}
        onChoose={(index) => {
          add(options[index]!.value)
          input.current?.focus()
        }}
      />
      {text.trim() !== '' &&
        !hasTag(
          known.map(({ value }) => value),
          text.trim(),
        ) && <p className={styles.hint}>Enter makes the new tag “{text.trim().replace(/^#+/, '')}”</p>}
    </>
  )
}

/** The tags of the library, the most used first. */
function useKnownTags(): readonly FacetValue[] {
  const { client } = useServices()
  const [known, setKnown] = useState<readonly FacetValue[]>([])
  useEffect(() => {
    const controller = new AbortController()
    client.request('library.facets', {}, { signal: controller.signal }).then(
      ({ tags }) => setKnown(tags),
      // Without completion a tag can still be typed.
      () => undefined,
    )
    return () => controller.abort()
  }, [client])
  return known
}
