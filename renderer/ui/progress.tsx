import { cx } from './class-names.ts'
import styles from './progress.module.css'

interface ProgressProps {
  /** What it says in words, for who does not see it. */
  readonly label: string
  readonly value: number
  /** `null` while the end is not known. */
  readonly max: number | null
  readonly look?: 'running' | 'paused' | 'failed'
  readonly className?: string | undefined
}

export function Progress({ label, value, max, look = 'running', className }: ProgressProps): React.JSX.Element {
  // Without an end the bar stays empty and still: it says nothing that is not known.
  const known = max !== null && max > 0
  return (
    <progress
      className={cx(styles.progress, styles[look], className)}
      max={known ? max : 1}
      value={known ? Math.min(value, max) : 0}
      aria-label={label}
    />
  )
}
