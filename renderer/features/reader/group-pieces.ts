import type { Piece } from './sections.ts'

/** Pieces that make one element together: the items of a list, the rows of a table, the lines of a quotation. */
export interface PieceGroup {
  readonly type: 'single' | 'list' | 'table' | 'quote' | 'code'
  readonly pieces: readonly Piece[]
}

const groupTypes: Readonly<Partial<Record<Piece['block']['type'], PieceGroup['type']>>> = {
  'list-item': 'list',
  'table-row': 'table',
  'quote': 'quote',
}

/** Joins neighbours of one kind. A page that begins between two of them parts them. */
export function groupPieces(pieces: readonly Piece[]): PieceGroup[] {
  const groups: { type: PieceGroup['type']; pieces: Piece[] }[] = []
  for (const piece of pieces) {
    const last = groups.at(-1)
    const type = piece.block.type === 'code' ? 'code' : (groupTypes[piece.block.type] ?? 'single')
    const joins = last?.type === type && piece.page === null && isContinued(type, last.pieces.at(-1)!, piece)
    if (joins) last.pieces.push(piece)
    else groups.push({ type, pieces: [piece] })
  }
  return groups
}

function isContinued(type: PieceGroup['type'], before: Piece, piece: Piece): boolean {
  switch (type) {
    case 'list':
    case 'quote':
      return true
    case 'table':
      // A second header begins a second table.
      return !(
        piece.block.type === 'table-row' &&
        piece.block.isHeader &&
        before.block.type === 'table-row' &&
        !before.block.isHeader
      )
    case 'code':
      return before.block === piece.block
    case 'single':
      return false
  }
}
