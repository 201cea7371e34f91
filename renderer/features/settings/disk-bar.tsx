import type { DiskUse } from '../../../shared/model/library.ts'
import { cx } from '../../ui/class-names.ts'
import { formatBytes } from '../../ui/format.ts'
import styles from './disk-bar.module.css'

const names: Readonly<Record<DiskUse['parts'][number]['part'], string>> = {
  library: 'Library: texts, tags and stars',
  model: 'Model that reads for meaning',
  vectors: 'What it read',
  indexes: 'Indexes, can be rebuilt',
  uploads: 'Copies of files that were added',
  backups: 'Backups',
  trash: 'Trash',
}

export function totalBytes({ parts }: DiskUse): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Disk use as one bar, with the amounts beside their names. */
export function DiskBar({ disk }: { readonly disk: DiskUse }): React.JSX.Element {
  const parts = disk.parts.filter(({ bytes }) => bytes > 0)
  return (
    <figure>
      <div className={styles.bar} aria-hidden>
        {parts.map(({ part, bytes }, i) => (
          <span key={part} className={cx(styles.part, styles[`ramp${Math.min(5, i + 1)}`])} style={{ flexGrow: bytes }} />
        ))}
      </div>
      <dl className={styles.amounts}>
        {parts.map(({ part, bytes }, i) => (
          <div key={part}>
            <dt>
              <span className={cx(styles.dot, styles[`ramp${Math.min(5, i + 1)}`])} aria-hidden />
              {names[part]}
            </dt>
            <dd>{formatBytes(bytes)}</dd>
          </div>
        ))}
      </dl>
    </figure>
  )
}
