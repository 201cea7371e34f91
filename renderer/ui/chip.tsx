import { CircleAlert, X } from 'lucide-react'
import { Button } from 'react-aria-components/Button'
import styles from './chip.module.css'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'

export interface ChipProps {
  /** The quiet part in front: `kind:`, `−`, `more like`. */
  readonly lead?: string
  readonly children: string
  readonly look?: 'plain' | 'like' | 'error'
  /** What removing takes away, in words for screen readers. */
  readonly name: string
  readonly onRemove?: () => void
  /** Puts the chip back into the box as text. */
  readonly onEdit?: () => void
}

/** A part of a query that stands for itself. */
export function Chip({ lead, children, look = 'plain', name, onRemove, onEdit }: ChipProps): React.JSX.Element {
  const words = (
    <>
      {look === 'error' && <Icon of={CircleAlert} size="small" />}
      {lead !== undefined && <span className={styles.lead}>{lead}</span>}
      <span className={styles.value}>{children}</span>
    </>
  )
  return (
    <span className={cx(styles.chip, styles[look])}>
      {onEdit === undefined ? (
        <span className={styles.words}>{words}</span>
      ) : (
        <Button className={styles.words} aria-label={`Edit ${name}`} onPress={onEdit}>
          {words}
        </Button>
      )}
      {onRemove !== undefined && (
        <Button className={styles.remove} aria-label={`Remove ${name}`} onPress={onRemove}>
          <Icon of={X} size="small" />
        </Button>
      )}
    </span>
  )
}
