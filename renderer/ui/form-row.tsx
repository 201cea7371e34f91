import type { ReactNode } from 'react'
import styles from './form-row.module.css'

interface FormRowProps {
  readonly name: string
  /** What it means, in a sentence below. */
  readonly hint?: ReactNode
  readonly children: ReactNode
}

/** A line of a form: the name, its control, and what it means. */
export function FormRow({ name, hint, children }: FormRowProps): React.JSX.Element {
  return (
    <div className={styles.row}>
      <span className={styles.name} aria-hidden>
        {name}
      </span>
      <div className={styles.control}>
        {children}
        {hint !== undefined && hint !== null && <p className={styles.hint}>{hint}</p>}
      </div>
    </div>
  )
}
