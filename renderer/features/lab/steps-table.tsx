import { useMemo, useState } from 'react'
import type { LabSteps } from '../../../shared/model/lab.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/class-names.ts'
import { countCharacters, countOf, formatNumber } from '../../ui/format.ts'
import { sentence } from '../../ui/sentence.ts'
import { NumberStrip } from './number-strip.tsx'
import styles from './steps-table.module.css'
import { firstNumbers, scaleOf } from './strip-paths.ts'

interface StepsTableProps {
  /** The text that `steps` is about. */
  readonly text: string
  readonly steps: LabSteps
  readonly isOld: boolean
}

const shownAtFirst = 24

/** From text to vector, a column for each step: a row is one token, and the last row is what comes of all of them. */
export function StepsTable({ text, steps, isOld }: StepsTableProps): React.JSX.Element {
  const { tokens, states, lengths, vector, dimension, pooling } = steps
  const [isAll, setAll] = useState(false)
  const scale = useMemo(() => scaleOf(states), [states])
  const vectorScale = useMemo(() => scaleOf([vector]), [vector])
  const shown = isAll ? tokens : tokens.slice(0, shownAtFirst)
  const rest = tokens.length - shown.length
  return (
    // The table scrolls sideways in a narrow window.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={cx(styles.scroll, isOld && styles.old)} tabIndex={0} role="region" aria-label="Steps">
      <table className={styles.steps}>
        <thead>
          <Heads {...steps} text={text} />
        </thead>
        <tbody>
          {shown.map((token, index) => (
            <tr key={index}>
              <td className={styles.text}>{token.isSpecial ? <i>added</i> : text.slice(token.start, token.end)}</td>
              <td className={styles.piece}>{token.piece}</td>
              <td className={styles.number}>{token.id}</td>
              <td>
                <NumberStrip label={`State of ${token.text}`} values={states[index] ?? []} scale={scale} />
              </td>
              <td className={styles.first}>{firstNumbers(states[index] ?? [])}, …</td>
              <td className={styles.number}>{(lengths[index] ?? 0).toFixed(1)}</td>
            </tr>
          ))}
          {rest > 0 && (
            <tr>
              <td colSpan={6}>
                <Button look="plain" size="small" onPress={() => setAll(true)}>
                  Show {countOf(rest, 'more token')}
                </Button>
              </td>
            </tr>
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={3}>
              <StepName number={5} name="Vector" shape={`[${formatNumber(dimension)}]`} />
              <span className={styles.means}>{sentence(pooling)}</span>
            </th>
            <td>
              <NumberStrip label="The vector of the text" values={vector} scale={vectorScale} />
            </td>
            <td className={styles.first} colSpan={2}>
              {firstNumbers(vector)}, …
            </td>
          </tr>
        </tfoot>
      </table>
      <p className={styles.note}>
        Each bar is one number, upwards over 0 and downwards under it; the first {formatNumber(vector.length)} of{' '}
        {formatNumber(dimension)} are drawn. The vector is drawn on its own scale.
      </p>
    </div>
  )
}

function Heads({ tokens, dimension, text }: LabSteps & { readonly text: string }): React.JSX.Element {
  const n = formatNumber(tokens.length)
  return (
    <tr>
      <th scope="col">
        <StepName number={1} name="Text" />
        <span className={styles.means}>{countOf(countCharacters(text), 'character')}</span>
      </th>
      <th scope="col">
        <StepName number={2} name="Tokens" shape={`[${n}]`} />
        <span className={styles.means}>Pieces that the vocabulary has</span>
      </th>
      <th scope="col" className={styles.number}>
        <StepName number={3} name="Ids" shape={`[${n}]`} />
        <span className={styles.means}>Their places in it</span>
      </th>
      <th scope="col">
        <StepName number={4} name="Hidden states" shape={`[${n}, ${formatNumber(dimension)}]`} />
        <span className={styles.means}>What the model made of each token, with the others in view</span>
      </th>
      <th scope="col" className={styles.first}>
        <span className={styles.means}>First numbers</span>
      </th>
      <th scope="col" className={styles.number}>
        <span className={styles.means}>Length</span>
      </th>
    </tr>
  )
}

function StepName(props: { readonly number: number; readonly name: string; readonly shape?: string }): React.JSX.Element {
  return (
    <span className={styles.step}>
      <span className={styles.stepNumber}>{props.number}</span>
      {props.name}
      {props.shape !== undefined && <code>{props.shape}</code>}
    </span>
  )
}
