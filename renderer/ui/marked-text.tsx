import styles from './marked-text.module.css'
import { piecesOf, type TextSpan } from './spans.ts'

interface MarkedTextProps {
  readonly text: string
  /** Where the text begins in what the spans count from. */
  readonly offset?: number
  /** Found words. */
  readonly words?: readonly TextSpan[]
  /** The sentence nearest in meaning. */
  readonly near?: TextSpan | null | undefined
}

/** A passage with its found words marked and its nearest sentence underlined. */
export function MarkedText({ text, offset = 0, words = [], near = null }: MarkedTextProps): React.JSX.Element {
  const pieces = piecesOf(offset, offset + text.length, [
    { name: 'near', spans: near === null ? [] : [near] },
    { name: 'word', spans: words },
  ])
  return (
    <>
      {pieces.map(({ start, end, layers }) => {
        const part = text.slice(start - offset, end - offset)
        const marked = layers.includes('word') ? <mark key={start}>{part}</mark> : part
        return layers.includes('near') ? (
          <span key={start} className={styles.near}>
            {marked}
          </span>
        ) : (
          marked
        )
      })}
    </>
  )
}
