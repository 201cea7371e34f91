import { Check, CircleAlert, Clock, Minus } from 'lucide-react'
import type { DocumentSummary } from '../../../shared/model/document.ts'
import { cx } from '../../ui/class-names.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Progress } from '../../ui/progress.tsx'
import styles from './status-mark.module.css'

interface StatusMarkProps {
  readonly item: Pick<DocumentSummary, 'status' | 'reason' | 'chunkCount' | 'embeddedCount'>
  /** The normal state is silent in a table: a check without its word. */
  readonly isSilent?: boolean
}

/** Whether an item can be found, and why not. */
export function StatusMark({ item, isSilent = false }: StatusMarkProps): React.JSX.Element {
  const { status, reason, chunkCount, embeddedCount } = item
  switch (status) {
    case 'indexed':
      return (
        <span className={cx(styles.state, styles.ok)}>
          <Icon of={Check} size="small" />
          {isSilent ? <HiddenText>Indexed</HiddenText> : 'Indexed'}
        </span>
      )
    case 'pending':
      return (
        <span className={styles.state}>
          {embeddedCount > 0 ? (
            <Progress label="Passages read for meaning" value={embeddedCount} max={chunkCount} className={styles.bar} />
          ) : (
            <Icon of={Clock} size="small" />
          )}
          {embeddedCount > 0 ? 'Reading' : 'Waiting'}
        </span>
      )
    case 'failed':
      return (
        <span className={cx(styles.state, styles.failed)} title={reason?.advice ?? undefined}>
          <Icon of={CircleAlert} size="small" />
          <span className={styles.words}>{reason?.message ?? 'Failed'}</span>
        </span>
      )
    case 'skipped':
      return (
        <span className={styles.state} title={reason?.advice ?? undefined}>
          <Icon of={Minus} size="small" />
          <span className={styles.words}>{reason?.message ?? 'Skipped'}</span>
        </span>
      )
  }
}
