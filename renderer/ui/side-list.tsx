import type { ReactNode } from 'react'
import styles from './side-list.module.css'

/** A heading within a side list. */
export function SideHead({ children, id }: { readonly children: ReactNode; readonly id?: string }): React.JSX.Element {
  return (
    <h2 className={styles.head} id={id}>
      {children}
    </h2>
  )
}
