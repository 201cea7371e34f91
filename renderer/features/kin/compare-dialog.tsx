import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { Document } from '../../../shared/model/document.ts'
import type { KinHit } from '../../../shared/model/search.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/class-names.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { countOf, formatDay } from '../../ui/format.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useDelayed } from '../../ui/use-delayed.ts'
import { sentence } from '../../ui/sentence.ts'
import styles from './compare-dialog.module.css'
import { compareTexts, foldSame, type DiffPart, type DiffRow } from './diff.ts'

interface CompareDialogProps {
  readonly left: Document
  readonly right: KinHit
  readonly onClose: () => void
}

/** Two nearly equal items side by side, with what differs marked, and the choice to keep one. */
export function CompareDialog({ left, right, onClose }: CompareDialogProps): React.JSX.Element {
  const { documents, actions } = useServices()
  const other = useStore(documents.store, (state) => state.entries.get(right.documentId))
  useEffect(() => documents.ensure(right.documentId), [documents, right.documentId])
  const document = other?.document ?? null
  const error = other?.error ?? null
  const isLate = useDelayed(document === null)
  const keep = (kept: Document, given: Document): void => {
    actions.trash([given])
    onClose()
    if (given.id === left.id) location.hash = `/item/${kept.id}`
  }
  return (
    <Dialog title="Compare" isOpen onClose={onClose} size="large">
      {document === null ? (
        <div className={styles.waiting}>
          {error === null ? isLate && <Skeleton width={60} /> : sentence(error.message, error.advice)}
        </div>
      ) : (
        <Comparison left={left} right={document} onKeep={keep} />
      )}
    </Dialog>
  )
}

interface ComparisonProps {
  readonly left: Document
  readonly right: Document
  readonly onKeep: (kept: Document, given: Document) => void
}

function Comparison({ left, right, onKeep }: ComparisonProps): React.JSX.Element {
  const rows = useMemo(() => compareTexts(left.text, right.text), [left.text, right.text])
  const changed = rows.filter(({ isSame }) => !isSame).length
  return (
    <>
      <p className={styles.summary} role="status">
        {changed === 0 ? 'The texts are the same, word for word.' : `${countOf(changed, 'paragraph')} of ${rows.length} differ.`}
      </p>
      <div className={styles.heads}>
        <SideHead document={left} action="Keep this one" onKeep={() => onKeep(left, right)} />
        <SideHead document={right} action="Keep this one" onKeep={() => onKeep(right, left)} />
      </div>
      {/* The texts scroll with the arrow keys. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.rows} tabIndex={0} role="region" aria-label="Differences">
        {foldSame(rows).map((row, i) => (
          <Row key={i} row={row} />
        ))}
      </div>
    </>
  )
}

function SideHead(props: {
  readonly document: Document
  readonly action: string
  readonly onKeep: () => void
}): React.JSX.Element {
  const { title, source, publishedAt, importedAt } = props.document
  return (
    <div className={styles.head}>
      <div className={styles.headText}>
        <h3>{title}</h3>
        <p>
          {source.label} · {formatDay(publishedAt ?? importedAt)}
        </p>
      </div>
      <Button size="small" aria-label={`Keep ${title} and move the other to the trash`} onPress={props.onKeep}>
        {props.action}
      </Button>
    </div>
  )
}

function Row({ row }: { readonly row: DiffRow | { readonly folded: readonly DiffRow[] } }): React.JSX.Element {
  const [isOpen, setOpen] = useState(false)
  if (!('folded' in row)) return <PairRow row={row} />
  if (isOpen) {
    return (
      <>
        {row.folded.map((one, i) => (
          <PairRow key={i} row={one} />
        ))}
      </>
    )
  }
  return (
    <div className={styles.fold}>
      <Button look="plain" size="small" onPress={() => setOpen(true)}>
        {countOf(row.folded.length, 'equal paragraph')}
      </Button>
    </div>
  )
}

function PairRow({ row: { left, right, isSame } }: { readonly row: DiffRow }): React.JSX.Element {
  return (
    <div className={cx(styles.row, isSame && styles.same)}>
      <Side parts={left} />
      <Side parts={right} />
    </div>
  )
}

function Side({ parts }: { readonly parts: readonly DiffPart[] | null }): React.JSX.Element {
  if (parts === null)
    return (
      <p className={styles.missing}>
        <HiddenText>Not in this one</HiddenText>
      </p>
    )
  return <p>{parts.map(({ text, isChanged }, i) => (isChanged ? <mark key={i}>{text}</mark> : <span key={i}>{text}</span>))}</p>
}
