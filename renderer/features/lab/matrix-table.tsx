import type { CSSProperties } from 'react'
import type { SimilarityMatrix } from '../../../shared/model/lab.ts'
import { cx } from '../../ui/class-names.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { extremesOf, formatCosine, letterOf, shadesOf } from './matrix.ts'
import styles from './matrix-table.module.css'

interface MatrixTableProps {
  readonly matrix: SimilarityMatrix
  /** The space's, as it is told apart from others. */
  readonly name: string
  readonly texts: readonly string[]
  readonly isOld: boolean
}

const deepestShade = 34

/** Every text with every other in one space, as figures on shaded fields. */
export function MatrixTable({ matrix: { rows }, name, texts, isOld }: MatrixTableProps): React.JSX.Element {
  const shades = shadesOf(rows)
  const extremes = extremesOf(rows)
  const pair = ([i, j]: readonly [number, number]): string =>
    `${letterOf(i)} and ${letterOf(j)} (${formatCosine(rows[i]?.[j] ?? 0)})`
  return (
    <figure className={cx(styles.figure, isOld && styles.old)}>
      <figcaption className={styles.caption}>{name}</figcaption>
      <div className={styles.scroll}>
        <table className={styles.matrix}>
          <thead>
            <tr>
              <th scope="col">
                <HiddenText>Text</HiddenText>
              </th>
              {rows.map((_, index) => (
                <th key={index} scope="col" title={texts[index]}>
                  {letterOf(index)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={i}>
                <th scope="row" title={texts[i]}>
                  {letterOf(i)}
                </th>
                {row.map((value, j) => (
                  <td
                    key={j}
                    className={cx(i === j && styles.same)}
                    style={{ '--shade': `${Math.round((shades[i]?.[j] ?? 0) * deepestShade)}%` } as CSSProperties}
                  >
                    {formatCosine(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {extremes !== null && (
        <p className={styles.note}>
          Nearest: {pair(extremes.nearest)}. Furthest: {pair(extremes.furthest)}.
        </p>
      )}
    </figure>
  )
}
