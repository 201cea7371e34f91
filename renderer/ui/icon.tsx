import type { LucideIcon } from 'lucide-react'
import { cx } from './class-names.ts'
import styles from './icon.module.css'

interface IconProps {
  readonly of: LucideIcon
  /** 14, 16 or 20 px. */
  readonly size?: 'small' | 'medium' | 'large'
  readonly isFilled?: boolean
  readonly className?: string | undefined
}

const sizes = {
  small: { size: 14, strokeWidth: 2 },
  medium: { size: 16, strokeWidth: 1.75 },
  large: { size: 20, strokeWidth: 1.5 },
} as const

/** A picture beside a word; never the only bearer of a meaning, so screen readers skip it. */
export function Icon({ of: Picture, size = 'medium', isFilled = false, className }: IconProps): React.JSX.Element {
  return <Picture {...sizes[size]} className={cx(styles.icon, isFilled && styles.filled, className)} aria-hidden />
}
