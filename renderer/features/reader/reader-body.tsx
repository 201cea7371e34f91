import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/class-names.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useDelayed } from '../../ui/use-delayed.ts'
import { sentence } from '../../ui/sentence.ts'
import { Article } from './article.tsx'
import styles from './article.module.css'
import own from './reader-body.module.css'
import { SelectionPopover } from './selection-popover.tsx'
import type { Reader } from './use-reader.ts'

interface ReaderBodyProps {
  readonly reader: Reader
  readonly isCompact?: boolean
  readonly onKinOfPassage: (span: readonly [number, number]) => void
}

/** The text of the open item, or what stands in its place while there is none. */
export function ReaderBody({ reader, isCompact = false, onKinOfPassage }: ReaderBodyProps): React.JSX.Element {
  const { settings } = useServices()
  const fontSize = useStore(settings.store, (state) => state.settings.readerFontSizePx)
  const isLate = useDelayed(reader.entry === undefined || (reader.document === null && reader.entry.isLoading))
  const { document, look, place, historyKey, entry, article, blocked, onRead, loadPicturesOnce, alwaysLoadPictures } = reader
  if (document === null || look === null) {
    if (entry !== undefined && entry.error !== null) return <ReaderError reader={reader} />
    return <div className={own.waiting}>{isLate && <ArticleSkeleton isCompact={isCompact} />}</div>
  }
  const { passage } = place
  return (
    <div className={own.body}>
      <ItemState reader={reader} />
      <Article
        // A new item, or another passage of it, begins at its own place.
        key={`${document.id}:${passage?.[0] ?? ''}:${historyKey ?? ''}`}
        ref={article}
        look={look}
        blocked={blocked}
        onLoadOnce={loadPicturesOnce}
        onAlwaysLoad={alwaysLoadPictures}
        fontSizePx={isCompact ? fontSize - 1 : fontSize}
        isCompact={isCompact}
        startAt={startOf(reader)}
        onRead={onRead}
      />
      <SelectionPopover article={article} text={document.text} onKinOfPassage={onKinOfPassage} />
    </div>
  )
}

/** Where it was left, else at the passage, else at the top. */
function startOf({ leftAt, place, look }: Reader): { offset: number } | { scrollTop: number } {
  if (leftAt !== null) return { scrollTop: leftAt }
  return { offset: place.passage === null || (look?.passage ?? null) === null ? 0 : place.passage[0] }
}

/** What is not as it should be with the item, said above its text. */
function ItemState({ reader }: { readonly reader: Reader }): React.JSX.Element | null {
  const { actions } = useServices()
  const { document } = reader
  if (document === null) return null
  const { status, reason, trashedAt, chunkCount, embeddedCount } = document
  if (trashedAt !== null) {
    return (
      <Banner
        look="warning"
        className={own.banner}
        actions={
          <Button look="plain" size="small" onPress={() => actions.restore([document])}>
            Put it back
          </Button>
        }
      >
        This item is in the trash.
      </Banner>
    )
  }
  if (status === 'failed' || status === 'skipped') {
    return (
      <Banner
        look={status === 'failed' ? 'error' : 'quiet'}
        className={own.banner}
        actions={
          <Button look="plain" size="small" onPress={() => void actions.readAgain([document])}>
            Read again
          </Button>
        }
      >
        {reason === null ? 'It could not be read.' : sentence(reason.message, reason.advice)}
      </Banner>
    )
  }
  if (status === 'pending') {
    return (
      <Banner className={own.banner}>
        Found by its words so far; {embeddedCount} of {chunkCount} passages are read for meaning.
      </Banner>
    )
  }
  return null
}

function ReaderError({ reader }: { readonly reader: Reader }): React.JSX.Element {
  const error = reader.entry?.error
  const isGone = error?.code === 'not-found'
  return (
    <div className={own.message}>
      <h2>{isGone ? 'This item is no longer here' : 'This item could not be opened'}</h2>
      <p>{isGone ? 'It was deleted for good, or the link to it is old.' : sentence(error?.message, error?.advice)}</p>
      {!isGone && (
        <Button onPress={() => reader.reload()} isBusy={reader.entry?.isLoading ?? false}>
          Try again
        </Button>
      )}
    </div>
  )
}

function ArticleSkeleton({ isCompact }: { readonly isCompact: boolean }): React.JSX.Element {
  return (
    <div className={cx(styles.article, isCompact && styles.compact)} role="status" aria-label="Opening the item">
      <div className={styles.skeletons}>
        <Skeleton width={60} />
        <Skeleton width={90} />
        <Skeleton width={90} />
        <Skeleton width={75} />
        <Skeleton width={90} />
        <Skeleton width={45} />
      </div>
    </div>
  )
}
