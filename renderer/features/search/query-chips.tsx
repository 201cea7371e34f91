import { Chip } from '../../ui/chip.tsx'
import styles from './query-box.module.css'
import type { QueryDraft } from './query-draft.ts'
import { moveAmongChips } from './query-keys.ts'

/** An item whose meaning was added to the query, or taken from it. */
export interface LikeChip {
  readonly id: number
  readonly title: string
  readonly isMore: boolean
}

interface QueryChipsProps {
  readonly draft: QueryDraft
  readonly likes: readonly LikeChip[]
  readonly onPut: (draft: QueryDraft) => void
  readonly onRemoveLike: (id: number) => void
  /** The focus goes back into the box. */
  readonly onBack: () => void
}

/** Filters, phrases, excluded words and items as chips: each can be taken away, or put back as text. */
export function QueryChips({ draft, likes, onPut, onRemoveLike, onBack }: QueryChipsProps): React.JSX.Element {
  const { chips, text } = draft
  const without = (index: number): QueryDraft => ({ text, chips: chips.filter((_, i) => i !== index) })
  const edit = (index: number): void => {
    onPut({ ...without(index), text: [text.trim(), chips[index]!.raw].filter(Boolean).join(' ') })
    onBack()
  }
  const seen = new Map<string, number>()
  return (
    // Moves the focus among the buttons of the chips.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className={styles.chips} onKeyDown={(event) => moveAmongChips(event, onBack)}>
      {chips.map((chip, i) => {
        const times = (seen.get(chip.raw) ?? 0) + 1
        seen.set(chip.raw, times)
        return (
          <Chip
            key={`${chip.raw} ${times}`}
            look={chip.problem === null ? 'plain' : 'error'}
            lead={chip.lead ?? undefined}
            name={chip.raw}
            onEdit={() => edit(i)}
            onRemove={() => onPut(without(i))}
          >
            {chip.value}
          </Chip>
        )
      })}
      {likes.map(({ id, title, isMore }) => {
        const lead = isMore ? 'more like' : 'less like'
        return (
          <Chip key={id} look="like" lead={lead} name={`${lead} ${title}`} onRemove={() => onRemoveLike(id)}>
            {title}
          </Chip>
        )
      })}
    </div>
  )
}
