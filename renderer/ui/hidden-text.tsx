import type { ReactNode } from 'react'
import styles from './hidden-text.module.css'

interface HiddenTextProps {
  readonly children: ReactNode
  readonly as?: 'span' | 'h1' | 'h2'
}

/** Words for screen readers only. */
export function HiddenText({ children, as: Tag = 'span' }: HiddenTextProps): React.JSX.Element {
  return <Tag className={styles.hidden}>{children}</Tag>
}
