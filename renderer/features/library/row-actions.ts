import type { DocumentSummary } from '../../../shared/model/document.ts'

/** What presses and keys do with rows. */
export interface RowActions {
  /** A press on a row: with Ctrl or Shift it chooses. */
  readonly press: (row: DocumentSummary, index: number, how: 'plain' | 'add' | 'range') => void
  readonly open: (row: DocumentSummary) => void
  readonly toggle: (row: DocumentSummary, index: number, isRange: boolean) => void
  readonly star: (row: DocumentSummary) => void
}
