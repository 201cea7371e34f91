import type { Block } from '../../../shared/model/content.ts'
import { cx } from '../../ui/class-names.ts'
import { useArticle } from './article-context.ts'
import styles from './article.module.css'
import type { PieceGroup } from './group-pieces.ts'
import { InlineText } from './inline-text.tsx'
import { beginsWithTitle } from './outline.ts'
import { PictureBlock } from './picture-block.tsx'
import type { Piece } from './sections.ts'

interface BlockGroupProps {
  readonly group: PieceGroup
  /** True where the whole block is the passage, false where only a part of it may be. */
  readonly isPassage: boolean
}

/** One element of the text: a paragraph, a list, a table. */
export function BlockGroup({ group, isPassage }: BlockGroupProps): React.JSX.Element {
  const [first] = group.pieces
  switch (group.type) {
    case 'list':
      return <ListBlock pieces={group.pieces} isPassage={isPassage} />
    case 'table':
      return <TableBlock pieces={group.pieces} isPassage={isPassage} />
    case 'quote':
      return (
        <blockquote className={styles.quote}>
          {group.pieces.map((piece) => (
            <p key={piece.start} data-piece={piece.start}>
              <InlineText start={piece.start} end={piece.end} markPassage={!isPassage} />
            </p>
          ))}
        </blockquote>
      )
    case 'code':
      return (
        // Long lines scroll with the arrow keys.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <pre className={styles.pre} data-piece={first!.start} tabIndex={0} aria-label="Code">
          <InlineText start={first!.start} end={group.pieces.at(-1)!.end} markPassage={!isPassage} />
        </pre>
      )
    case 'single':
      return <SingleBlock piece={first!} isPassage={isPassage} />
  }
}

function SingleBlock({ piece, isPassage }: { readonly piece: Piece; readonly isPassage: boolean }): React.JSX.Element {
  const { document, headings } = useArticle()
  const { block, start, end, isFirst } = piece
  // The heading that a text begins with is mostly its title, which stands above already.
  if (block.type === 'heading' && block === document.content.blocks[0] && beginsWithTitle(document))
    return <div data-piece={start} />
  if (block.type === 'rule') return <hr className={styles.rule} data-piece={start} />
  if (block.type === 'image') return <PictureBlock block={block} />
  const text = <InlineText start={start} end={end} markPassage={!isPassage} />
  if (block.type !== 'heading') {
    return (
      <p className={cx(styles.paragraph, !isFirst && styles.continued)} data-piece={start}>
        {text}
      </p>
    )
  }
  const level = headings.get(block.start) ?? 2
  const Heading = `h${level}` as 'h2'
  return (
    <Heading className={cx(styles.heading, styles[`level${Math.min(4, level - 1)}`])} data-piece={start}>
      {text}
    </Heading>
  )
}

interface PiecesProps {
  readonly pieces: readonly Piece[]
  readonly isPassage: boolean
}

type ListItem = Extract<Block, { type: 'list-item' }>

function ListBlock({ pieces, isPassage }: PiecesProps): React.JSX.Element {
  return (
    <ul className={styles.list}>
      {pieces.map(({ block, start, end, isFirst }) => {
        const { depth, ordinal, checked } = block as ListItem
        return (
          <li key={start} className={styles.item} style={{ marginInlineStart: `${depth * 1.5}em` }} data-piece={start}>
            {isFirst && <ItemMarker ordinal={ordinal} checked={checked} depth={depth} />}
            <InlineText start={start} end={end} markPassage={!isPassage} />
          </li>
        )
      })}
    </ul>
  )
}

function ItemMarker({ ordinal, checked, depth }: Pick<ListItem, 'ordinal' | 'checked' | 'depth'>): React.JSX.Element {
  if (checked !== undefined) {
    return (
      <span className={styles.marker} role="img" aria-label={checked ? 'Done' : 'Open'}>
        {checked ? '☑' : '☐'}
      </span>
    )
  }
  return (
    <span className={styles.marker} aria-hidden={ordinal === null || undefined}>
      {ordinal === null ? (depth % 2 === 0 ? '•' : '◦') : `${ordinal}.`}
    </span>
  )
}

type TableRow = Extract<Block, { type: 'table-row' }>

function TableBlock({ pieces, isPassage }: PiecesProps): React.JSX.Element {
  const { document } = useArticle()
  const head = pieces.filter(({ block }) => (block as TableRow).isHeader)
  const body = pieces.filter(({ block }) => !(block as TableRow).isHeader)
  const isNumberColumn = numberColumns(body, document.text)
  const row = ({ block, start }: Piece): React.JSX.Element => {
    const { cells, isHeader } = block as TableRow
    const Cell = isHeader ? 'th' : 'td'
    return (
      <tr key={start} data-piece={start}>
        {cells.map(([from, to], column) => (
          <Cell
            key={from}
            scope={isHeader ? 'col' : undefined}
            className={isNumberColumn[column] === true ? styles.number : undefined}
          >
            <InlineText start={from} end={to} markPassage={!isPassage} />
          </Cell>
        ))}
      </tr>
    )
  }
  return (
    // Wide tables scroll on their own, and the keyboard must get there.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.tableScroll} tabIndex={0} role="region" aria-label="Table">
      <table className={styles.table}>
        {head.length > 0 && <thead>{head.map(row)}</thead>}
        <tbody>{body.map(row)}</tbody>
      </table>
    </div>
  )
}

/** Which columns hold nothing but numbers: they are set to the right, with their heads. */
function numberColumns(body: readonly Piece[], text: string): boolean[] {
  const isNumberColumn: boolean[] = []
  for (const { block } of body) {
    for (const [i, [from, to]] of (block as TableRow).cells.entries()) {
      const cell = text.slice(from, to)
      if (cell.trim() !== '') isNumberColumn[i] = (isNumberColumn[i] ?? true) && isNumber(cell)
    }
  }
  return isNumberColumn
}

function isNumber(text: string): boolean {
  return /^\s*[−+-]?[\d.,\s]+\s*[%€$£]?\s*$/u.test(text) && /\d/u.test(text)
}
