import { X } from 'lucide-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { SimilarReply } from '../../../shared/contract/requests.ts'
import type { Document } from '../../../shared/model/document.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { countOf } from '../../ui/format.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { kindLooks } from '../../ui/kinds.ts'
import { moveFocus } from '../../ui/move-focus.ts'
import { Segments } from '../../ui/segments.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useDelayed } from '../../ui/use-delayed.ts'
import { sentence } from '../../ui/sentence.ts'
import { groupKin, quoteOf } from './kin-groups.ts'
import { KinItem } from './kin-item.tsx'
import styles from './kin-panel.module.css'
import { keyOfTarget, type KinEntry } from './kin-store.ts'
import { NearlySame } from './nearly-same.tsx'
import type { KinChoice } from './use-kin-target.ts'

interface KinPanelProps {
  readonly document: Document
  readonly choice: KinChoice
  readonly onClose: () => void
}

/** What belongs together with the open item. */
export function KinPanel({ document, choice, onClose }: KinPanelProps): React.JSX.Element {
  const { kin } = useServices()
  const key = keyOfTarget(choice.target)
  const entry = useStore(kin.store, (state) => state.entries.get(key))
  useEffect(() => {
    // While one leafs through a list, only where one stays is worth the question.
    const timer = setTimeout(() => kin.ensure(choice.target), 120)
    return () => clearTimeout(timer)
    // The target is named by its key.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [kin, key])
  return (
    <aside className={styles.panel} aria-label="Kin" aria-busy={entry?.isLoading ?? true}>
      <header className={styles.head}>
        <h2>Kin</h2>
        <Segments
          label="Kin of"
          size="small"
          value={choice.mode}
          options={[
            { value: 'item', label: 'Item' },
            { value: 'passage', label: 'Passage' },
          ]}
          onChange={(mode) => choice.setMode(mode)}
        />
        <IconButton icon={X} size="small" label="Close kin" keys="k" onPress={onClose} />
      </header>
      {/* Only moves the focus among the links and buttons inside. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div className={styles.scroll} onKeyDown={(event) => moveFocus(event, '[data-kin]')}>
        {choice.quoted !== null && <p className={styles.quoted}>Of {quoteOf(document.text.slice(...choice.quoted))}</p>}
        <KinContent document={document} entry={entry} onRetry={() => void kin.load(choice.target)} />
      </div>
    </aside>
  )
}

interface KinContentProps {
  readonly document: Document
  readonly entry: KinEntry | undefined
  readonly onRetry: () => void
}

function KinContent({ document, entry, onRetry }: KinContentProps): React.JSX.Element {
  const isWaiting = entry === undefined || (entry.isLoading && entry.reply === null)
  const isLate = useDelayed(isWaiting)
  if (entry !== undefined && entry.error !== null && entry.reply === null) {
    return (
      <div className={styles.message}>
        <p>{sentence(entry.error.message, entry.error.advice)}</p>
        <Button size="small" onPress={onRetry} isBusy={entry.isLoading}>
          Try again
        </Button>
      </div>
    )
  }
  if (entry === undefined || entry.reply === null) return <>{isLate && <KinSkeleton />}</>
  return <KinGroups document={document} reply={entry.reply} />
}

function KinGroups({ document, reply }: { readonly document: Document; readonly reply: SimilarReply }): React.JSX.Element {
  const groups = groupKin(reply.hits)
  const weak = reply.hits.filter(({ confidence }) => confidence === 'weak')
  const found = groups.reduce((sum, { hits }) => sum + hits.length, 0)
  return (
    <>
      <HiddenText>
        <span role="status">{countOf(found, 'kin', 'kin')} found</span>
      </HiddenText>
      {groups.map(({ kind, hits }) => (
        <section key={kind} className={styles.group} aria-label={kindLooks[kind].plural}>
          <h3>
            {kindLooks[kind].plural} <span>{hits.length}</span>
          </h3>
          {hits.map((hit) => (
            <KinItem key={hit.documentId} hit={hit} documentId={document.id} />
          ))}
        </section>
      ))}
      {found === 0 && <NoKin reply={reply} />}
      {found === 0 && weak.length > 0 && (
        <section className={styles.group} aria-label="Not kin, but nearest">
          <h3>Not kin, but nearest</h3>
          {weak.slice(0, 5).map((hit) => (
            <KinItem key={hit.documentId} hit={hit} documentId={document.id} />
          ))}
        </section>
      )}
      {reply.nearlySame.length > 0 && <NearlySame document={document} hits={reply.nearlySame} />}
      {reply.hidden > 0 && <Hidden documentId={document.id} count={reply.hidden} />}
    </>
  )
}

function NoKin({ reply: { state, nearlySame } }: { readonly reply: SimilarReply }): React.JSX.Element {
  const words = {
    pending: 'This item is still waiting to be read for meaning. Its kin show here as soon as it is.',
    failed: 'This item could not be read for meaning, so its kin are not known.',
    empty: 'There is nothing in this item to compare.',
    ready:
      nearlySame.length === 0 ? 'Nothing in your library is close to this.' : 'Nothing else in your library is close to this.',
  }[state]
  return <p className={styles.message}>{words}</p>
}

function Hidden({ documentId, count }: { readonly documentId: number; readonly count: number }): React.JSX.Element {
  const { kin } = useServices()
  return (
    <div className={styles.hidden}>
      <span>{countOf(count, 'item')} hidden as “not kin”</span>
      <Button look="plain" size="small" onPress={() => kin.unhide(documentId)}>
        Show again
      </Button>
    </div>
  )
}

export function KinSkeleton(): React.JSX.Element {
  return (
    <div className={styles.skeletons} role="status" aria-label="Looking for kin">
      {[75, 60, 75].map((width, i) => (
        <div key={i}>
          <Skeleton width={width as 75} />
          <Skeleton width={90} />
          <Skeleton width={45} />
        </div>
      ))}
    </div>
  )
}
