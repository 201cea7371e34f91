import { useMemo, type ReactNode } from 'react'
import type { Mark } from '../../../shared/model/content.ts'
import { cx } from '../../ui/class-names.ts'
import { piecesOf, type Layer, type TextSpan } from '../../ui/spans.ts'
import { useArticle, type ArticleLook } from './article-context.ts'
import styles from './article.module.css'
import { spansWithin } from './find-in-text.ts'
import { isWebAddress } from './pictures.ts'
import { queryMarks } from './query-marks.ts'

type LayerName = 'strong' | 'emphasis' | 'code' | 'strike' | 'word' | 'found' | 'current' | 'near' | 'passage'

interface InlineTextProps {
  readonly start: number
  readonly end: number
  /** False where the whole block is shown as the passage. */
  readonly markPassage?: boolean
}

/** A stretch of the text with its marks: emphasis, links, found words, the nearest sentence. */
export function InlineText({ start, end, markPassage = false }: InlineTextProps): React.JSX.Element {
  const look = useArticle()
  const { document, words } = look
  const wordSpans = useMemo(
    () => (words === null ? [] : queryMarks(document.text.slice(start, end), start, words)),
    [document.text, start, end, words],
  )
  const marks = useMemo(() => marksWithin(document.content.marks, start, end), [document.content.marks, start, end])
  const layers = layersOf(look, { marks, wordSpans, start, end, markPassage })
  const links = marks.filter((mark) => mark.type === 'link' || mark.type === 'wiki-link')
  const parts: ReactNode[] = []
  let at = start
  for (const link of links) {
    if (link.start < at) continue
    if (link.start > at) parts.push(<TextPieces key={at} start={at} end={link.start} layers={layers} />)
    const to = Math.min(link.end, end)
    parts.push(
      <LinkText key={`link-${link.start}`} mark={link}>
        <TextPieces start={link.start} end={to} layers={layers} />
      </LinkText>,
    )
    at = to
  }
  if (at < end) parts.push(<TextPieces key={at} start={at} end={end} layers={layers} />)
  return <>{parts}</>
}

interface LayerParts {
  readonly marks: readonly Mark[]
  readonly wordSpans: readonly TextSpan[]
  readonly start: number
  readonly end: number
  readonly markPassage: boolean
}

function layersOf(look: ArticleLook, parts: LayerParts): Layer<LayerName>[] {
  const { marks, wordSpans, start, end, markPassage } = parts
  const ofType = (type: Mark['type']): TextSpan[] =>
    marks.filter((mark) => mark.type === type).map((mark) => [mark.start, mark.end])
  const within = (span: TextSpan | null): TextSpan[] => (span !== null && span[0] < end && span[1] > start ? [span] : [])
  const layers: Layer<LayerName>[] = [
    { name: 'strong', spans: ofType('strong') },
    { name: 'emphasis', spans: ofType('emphasis') },
    { name: 'code', spans: ofType('code') },
    { name: 'strike', spans: ofType('strike') },
    { name: 'word', spans: wordSpans },
    { name: 'found', spans: spansWithin(look.found, start, end) },
    { name: 'current', spans: within(look.current) },
    { name: 'near', spans: within(look.near) },
    { name: 'passage', spans: markPassage ? within(look.passage).filter(([from, to]) => common(from, to, start, end) > 3) : [] },
  ]
  return layers.filter(({ spans }) => spans.length > 0)
}

function common(from: number, to: number, start: number, end: number): number {
  return Math.min(to, end) - Math.max(from, start)
}

interface TextPiecesProps {
  readonly start: number
  readonly end: number
  readonly layers: readonly Layer<LayerName>[]
}

function TextPieces({ start, end, layers }: TextPiecesProps): React.JSX.Element {
  const { document } = useArticle()
  return (
    <>
      {piecesOf(start, end, layers).map((piece) => (
        <TextPiece key={piece.start} text={document.text.slice(piece.start, piece.end)} {...piece} />
      ))}
    </>
  )
}

interface TextPieceProps {
  readonly text: string
  readonly start: number
  readonly layers: readonly LayerName[]
}

function TextPiece({ text, start, layers }: TextPieceProps): React.JSX.Element {
  const has = (name: LayerName): boolean => layers.includes(name)
  // The innermost element tells where its text begins, for what is selected by hand.
  let shown: React.JSX.Element = <span data-start={start}>{text}</span>
  if (has('current')) shown = <mark className={styles.current}>{shown}</mark>
  else if (has('found') || has('word')) shown = <mark>{shown}</mark>
  if (has('code')) shown = <code className={styles.code}>{shown}</code>
  if (has('strong')) shown = <strong>{shown}</strong>
  if (has('emphasis')) shown = <em>{shown}</em>
  if (has('strike')) shown = <s>{shown}</s>
  const className = cx(has('near') && styles.near, has('passage') && styles.inlinePassage)
  return className === '' ? shown : <span className={className}>{shown}</span>
}

type LinkMark = Extract<Mark, { type: 'link' | 'wiki-link' }>

function LinkText({ mark, children }: { readonly mark: LinkMark; readonly children: ReactNode }): React.JSX.Element {
  const { document, openLink, openWikiLink } = useArticle()
  if (mark.type === 'wiki-link') {
    const isKnown = document.wikiLinks.some(({ target, documentId }) => target === mark.target && documentId !== null)
    return (
      <button
        type="button"
        className={cx(styles.link, !isKnown && styles.unknown)}
        title={isKnown ? undefined : `No item is called “${mark.target}”: look for it`}
        onClick={() => openWikiLink(mark.target)}
      >
        {children}
      </button>
    )
  }
  if (!isWebAddress(mark.href) && !mark.href.startsWith('mailto:')) return <span title={mark.href}>{children}</span>
  return (
    <a
      className={styles.link}
      href={mark.href}
      rel="noreferrer noopener"
      title={mark.href}
      onClick={(event) => {
        event.preventDefault()
        openLink(mark.href)
      }}
      onAuxClick={(event) => event.preventDefault()}
    >
      {children}
    </a>
  )
}

/** Marks that begin in a block; marks never cross its borders. `marks` are in the order of their start. */
function marksWithin(marks: readonly Mark[], start: number, end: number): readonly Mark[] {
  let low = 0
  let high = marks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (marks[middle]!.start < start) low = middle + 1
    else high = middle
  }
  // A long block is laid out in parts: a mark of the part before may reach into this one.
  while (low > 0 && marks[low - 1]!.end > start) low--
  let to = low
  while (to < marks.length && marks[to]!.start < end) to++
  return marks.slice(low, to).map((mark) => (mark.start < start ? { ...mark, start } : mark))
}
