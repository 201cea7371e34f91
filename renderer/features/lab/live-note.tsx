import { CircleAlert } from 'lucide-react'
import type { AkinError } from '../../../shared/errors.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { sentence } from '../../ui/sentence.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useDelayed } from '../../ui/use-delayed.ts'
import styles from './live-note.module.css'

interface LiveNoteProps {
  readonly error: AkinError | null
  /** True while the first answer is on its way. */
  readonly isWaiting: boolean
  readonly onAgain: () => void
}

/** What stands in place of an answer: that it comes, or why it does not. */
export function LiveNote({ error, isWaiting, onAgain }: LiveNoteProps): React.JSX.Element | null {
  const isLate = useDelayed(isWaiting && error === null)
  if (error !== null) {
    return (
      <p className={styles.error} role="alert">
        <Icon of={CircleAlert} />
        <span>{sentence(error.message, error.advice)}</span>
        <Button look="plain" size="small" onPress={onAgain}>
          Try again
        </Button>
      </p>
    )
  }
  if (!isLate) return null
  return (
    <div className={styles.lines} aria-hidden>
      <Skeleton width={45} />
      <Skeleton width={75} />
      <Skeleton width={60} />
    </div>
  )
}
