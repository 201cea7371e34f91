import { cx } from './class-names.ts'
import styles from './skeleton.module.css'

/** A still bar in the place of a line that comes. */
export function Skeleton({
  width,
  className,
}: {
  readonly width: 20 | 30 | 45 | 60 | 75 | 90
  readonly className?: string | undefined
}): React.JSX.Element {
  return <span aria-hidden className={cx(styles.skeleton, styles[`w${width}`], className)} />
}
