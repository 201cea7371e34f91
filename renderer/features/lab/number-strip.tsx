import { useMemo } from 'react'
import { barWidth, firstNumbers, stripHeight, stripPaths } from './strip-paths.ts'
import styles from './number-strip.module.css'

interface NumberStripProps {
  /** What the numbers are, for who does not see them. */
  readonly label: string
  readonly values: readonly number[]
  readonly scale: number
}

/** Numbers as small bars: over 0 upwards, under 0 downwards, so that colour is not needed to tell them apart. */
export function NumberStrip({ label, values, scale }: NumberStripProps): React.JSX.Element {
  const { up, down } = useMemo(() => stripPaths(values, scale), [values, scale])
  const width = values.length * barWidth
  return (
    <svg
      className={styles.strip}
      viewBox={`0 0 ${width} ${stripHeight}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}, begins ${firstNumbers(values)}`}
    >
      <path className={styles.middle} d={`M0 ${stripHeight / 2}H${width}`} />
      <path className={styles.up} d={up} />
      <path className={styles.down} d={down} />
    </svg>
  )
}
