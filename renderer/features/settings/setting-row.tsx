import type { ReactNode } from 'react'
import styles from './setting-row.module.css'

interface SettingRowProps {
  readonly name: string
  readonly hint?: ReactNode
  readonly children: ReactNode
}

/** A setting with its control at the end of the line. */
export function SettingRow({ name, hint, children }: SettingRowProps): React.JSX.Element {
  return (
    <div className={styles.row}>
      <div className={styles.text}>
        <b>{name}</b>
        {hint !== undefined && <span>{hint}</span>}
      </div>
      {children}
    </div>
  )
}

interface SettingGroupProps {
  readonly title?: string
  /** Beside the title, quieter. */
  readonly amount?: string | undefined
  readonly children: ReactNode
}

/** A part of a pane under its own heading. */
export function SettingGroup({ title, amount, children }: SettingGroupProps): React.JSX.Element {
  return (
    <section className={styles.group}>
      {title !== undefined && (
        <h3>
          {title} {amount !== undefined && <span>{amount}</span>}
        </h3>
      )}
      {children}
    </section>
  )
}
