import { CircleAlert, Clock, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './banner.module.css'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'

interface BannerProps {
  readonly look?: 'quiet' | 'warning' | 'error'
  readonly children: ReactNode
  /** Buttons at the end. */
  readonly actions?: ReactNode
  readonly className?: string | undefined
}

const icons = { quiet: Clock, warning: TriangleAlert, error: CircleAlert } as const

/** A message that belongs to the place where it stands. */
export function Banner({ look = 'quiet', children, actions, className }: BannerProps): React.JSX.Element {
  return (
    <div className={cx(styles.banner, styles[look], className)} role={look === 'quiet' ? 'note' : 'alert'}>
      <Icon of={icons[look]} />
      <span className={styles.text}>{children}</span>
      {actions}
    </div>
  )
}
