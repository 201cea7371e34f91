import { Star } from 'lucide-react'
import { memo } from 'react'
import type { DocumentSummary } from '../../../shared/model/document.ts'
import { CheckMark } from '../../ui/checkbox.tsx'
import { cx } from '../../ui/class-names.ts'
import { formatDay, formatNumber } from '../../ui/format.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { kindLooks } from '../../ui/kinds.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StatusMark } from '../documents/status-mark.tsx'
import type { Column, ColumnKey } from './columns.ts'
import styles from './library-table.module.css'

interface LibraryRowProps {
  readonly row: DocumentSummary | undefined
  readonly index: number
  readonly top: number
  readonly columns: readonly Column[]
  readonly template: string
  readonly isCursor: boolean
  readonly isSelected: boolean
  /** True once an unread row has been missing for long enough to show its shape. */
  readonly isLate: boolean
}

/** One row of the table; the shape of one while it is not read yet. Presses are taken by the table. */
export const LibraryRow = memo(function LibraryRow(props: LibraryRowProps): React.JSX.Element {
  const { row, index, top, columns, template, isCursor, isSelected, isLate } = props
  const place = { transform: `translateY(${top}px)`, gridTemplateColumns: template }
  if (row === undefined) {
    return (
      <div className={styles.row} style={place} aria-hidden>
        <span />
        {[null, ...columns].map((column) => (
          <span key={column?.key ?? 'title'}>{isLate && <Skeleton width={60} />}</span>
        ))}
      </div>
    )
  }
  return (
    <div
      id={`row-${row.id}`}
      className={cx(
        styles.row,
        isCursor && styles.cursor,
        isSelected && styles.selected,
        row.trashedAt !== null && styles.trashed,
      )}
      style={place}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-row={index}
    >
      <span role="gridcell" className={styles.check} data-press="toggle">
        <CheckMark isSelected={isSelected} />
        <HiddenText>{isSelected ? 'Selected' : 'Not selected'}</HiddenText>
      </span>
      <span role="gridcell" className={styles.title}>
        <Icon of={kindLooks[row.kind].icon} />
        <span className={cx(styles.titleText, row.readAt === null && row.kind === 'article' && styles.unread)}>{row.title}</span>
      </span>
      {columns.map(({ key, isNumber }) => (
        <span key={key} role="gridcell" className={cx(styles.cell, isNumber && styles.number)}>
          {cellOf(key, row)}
        </span>
      ))}
      <span role="gridcell" className={cx(styles.star, row.isStarred && styles.starred)} data-press="star">
        <Icon of={Star} size="small" isFilled={row.isStarred} />
        <HiddenText>{row.isStarred ? 'Starred' : 'Not starred'}</HiddenText>
      </span>
    </div>
  )
})

function cellOf(key: ColumnKey, row: DocumentSummary): React.ReactNode {
  switch (key) {
    case 'kind':
      return kindLooks[row.kind].name
    case 'source':
      return row.source.label
    case 'author':
      return row.author ?? ''
    case 'date':
      return formatDay(row.publishedAt ?? row.importedAt)
    case 'tags':
      return row.tags.join(', ')
    case 'language':
      return row.language ?? ''
    case 'length':
      return row.wordCount === 0 ? '–' : formatNumber(row.wordCount)
    case 'status':
      return <StatusMark item={row} isSilent />
  }
}
