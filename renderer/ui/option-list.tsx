import type { LucideIcon } from 'lucide-react'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'
import styles from './option-list.module.css'

export interface Option {
  readonly key: string
  readonly label: string
  /** At the end of the line: a count. */
  readonly hint?: string
  readonly icon?: LucideIcon
}

interface OptionListProps {
  readonly id: string
  readonly label: string
  readonly options: readonly Option[]
  /** −1 for none. */
  readonly active: number
  readonly onChoose: (index: number) => void
}

/** The choices of a box that keeps the focus: the box names the active one by `${id}-${index}`. */
export function OptionList({ id, label, options, active, onChoose }: OptionListProps): React.JSX.Element {
  return (
    <div id={id} role="listbox" aria-label={label} className={styles.list} hidden={options.length === 0}>
      {options.map((option, index) => (
        // The keys are those of the box that owns the list.
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
        <div
          key={option.key}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          className={cx(styles.option, index === active && styles.active)}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(index)}
        >
          {option.icon !== undefined && <Icon of={option.icon} />}
          <span className={styles.label}>{option.label}</span>
          {option.hint !== undefined && <span className={styles.hint}>{option.hint}</span>}
        </div>
      ))}
    </div>
  )
}
