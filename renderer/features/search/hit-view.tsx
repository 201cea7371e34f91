import { ChevronDown, ChevronUp, ExternalLink, Minus, Plus, Star } from 'lucide-react'
import { memo } from 'react'
import { Button } from 'react-aria-components/Button'
import { Link } from 'react-router'
import type { Passage, SearchHit, Span } from '../../../shared/model/search.ts'
import { CheckMark } from '../../ui/checkbox.tsx'
import { cx } from '../../ui/class-names.ts'
import { countOf } from '../../ui/format.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { kindLooks } from '../../ui/kinds.ts'
import { When } from '../../ui/when.tsx'
import { pathOfItem } from '../documents/item-path.ts'
import styles from './hit-view.module.css'
import { PassageList } from './passage-list.tsx'
import { PassageSnippet } from './passage-snippet.tsx'
import type { Unfolded } from './search-updates.ts'

export interface HitActions {
  readonly choose: (hit: SearchHit) => void
  readonly open: (hit: SearchHit, passage?: Passage) => void
  readonly toggleSelected: (hit: SearchHit, isRange: boolean) => void
  readonly star: (hit: SearchHit) => void
  readonly openOriginal: (hit: SearchHit) => void
  readonly like: (hit: SearchHit, isMore: boolean) => void
  readonly unfold: (hit: SearchHit) => void
  readonly fold: (hit: SearchHit) => void
}

interface HitViewProps {
  readonly hit: SearchHit
  readonly near: Span | null | undefined
  readonly why: string
  readonly q: string
  readonly unfolded: Unfolded | undefined
  /** True for what is only nearest, not a match. */
  readonly isWeak: boolean
  readonly isCurrent: boolean
  readonly isSelected: boolean
  /** True while some results are selected: each then shows its box. */
  readonly isSelecting: boolean
  readonly actions: HitActions
}

/** One document that was found: title, source, best passage, and why. */
export const HitView = memo(function HitView(props: HitViewProps): React.JSX.Element {
  const { hit, near, why, q, unfolded, isWeak, isCurrent, isSelected, isSelecting, actions } = props
  return (
    <article
      className={cx(styles.hit, isCurrent && styles.current, isSelected && styles.selected, isWeak && styles.weak)}
      aria-labelledby={`hit-${hit.documentId}`}
      aria-current={isCurrent || undefined}
      data-hit={hit.documentId}
    >
      <div className={styles.head}>
        {isSelecting ? (
          <span className={styles.check}>
            <CheckMark isSelected={isSelected} />
          </span>
        ) : (
          <Icon of={kindLooks[hit.kind].icon} />
        )}
        <h3 className={styles.title} id={`hit-${hit.documentId}`}>
          <HitLink {...props} />
        </h3>
        {hit.isStarred && <Icon of={Star} size="small" isFilled className={styles.starred} />}
        <When iso={hit.publishedAt ?? hit.importedAt} className={styles.when} />
      </div>
      <HitSource {...hit} />
      <p className={styles.passage}>
        <PassageSnippet
          passage={hit.passage}
          title={hit.title}
          near={near}
          length={isWeak ? seenLength.weak : seenLength.match}
        />
      </p>
      <div className={styles.why}>
        <span>
          {why}
          {isSelected && <HiddenText>, selected</HiddenText>}
        </span>
        {hit.morePassages > 0 && unfolded === undefined && (
          <Button className={styles.more} onPress={() => actions.unfold(hit)} excludeFromTabOrder={!isCurrent}>
            {countOf(hit.morePassages, 'more', 'more')}
            <HiddenText> passages of {hit.title}</HiddenText>
            <Icon of={ChevronDown} size="small" />
          </Button>
        )}
      </div>
      {unfolded !== undefined && (
        <>
          <PassageList hit={hit} unfolded={unfolded} onOpen={(passage) => actions.open(hit, passage)} q={q} />
          <div className={styles.why}>
            <Button className={styles.more} onPress={() => actions.fold(hit)} excludeFromTabOrder={!isCurrent}>
              Fold in <Icon of={ChevronUp} size="small" />
            </Button>
          </div>
        </>
      )}
      <HitTools hit={hit} isCurrent={isCurrent} actions={actions} />
    </article>
  )
})

/** What fits into the lines that a result and a weak result have, in UTF-16 code units; a little less is no harm. */
const seenLength = { match: 150, weak: 95 }

/** The whole result is its link: a press chooses it, a second one or Enter opens it. */
function HitLink({ hit, q, isCurrent, actions }: HitViewProps): React.JSX.Element {
  return (
    <Link
      to={pathOfItem(hit.documentId, { passage: hit.passage, q })}
      className={styles.link}
      tabIndex={isCurrent ? 0 : -1}
      data-hit-link={hit.documentId}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey) {
          event.preventDefault()
          actions.toggleSelected(hit, false)
        } else if (event.shiftKey) {
          event.preventDefault()
          actions.toggleSelected(hit, true)
        } else if (event.detail > 0) {
          // A press of the mouse; the key follows the link.
          event.preventDefault()
          actions.choose(hit)
        }
      }}
      onDoubleClick={() => actions.open(hit)}
    >
      {hit.title}
    </Link>
  )
}

function HitSource({ kind, title, source, passage, author, tags, readAt }: SearchHit): React.JSX.Element {
  const { name } = kindLooks[kind]
  return (
    <p className={styles.source}>
      <span>{source.type === 'inline' || source.label === '' ? name : source.label}</span>
      {author !== null && author !== source.label && <span>{author}</span>}
      {passage.page !== null && <span>page {passage.page}</span>}
      {passage.page === null && author === null && passage.heading !== null && passage.heading !== title && (
        <span className={styles.heading}>{passage.heading}</span>
      )}
      {readAt === null && kind === 'article' && <span>unread</span>}
      {tags.slice(0, 4).map((tag) => (
        <i key={tag}>{tag}</i>
      ))}
    </p>
  )
}

function HitTools({ hit, isCurrent, actions }: Pick<HitViewProps, 'hit' | 'isCurrent' | 'actions'>): React.JSX.Element {
  return (
    <div className={styles.tools}>
      <IconButton
        icon={Plus}
        size="small"
        label="More like this"
        keys="m"
        onPress={() => actions.like(hit, true)}
        excludeFromTabOrder={!isCurrent}
      />
      <IconButton
        icon={Minus}
        size="small"
        label="Less like this"
        keys="n"
        onPress={() => actions.like(hit, false)}
        excludeFromTabOrder={!isCurrent}
      />
      <IconButton
        icon={Star}
        size="small"
        tone="star"
        label={hit.isStarred ? 'Take the star away' : 'Star'}
        keys="s"
        isOn={hit.isStarred}
        isFilled={hit.isStarred}
        onPress={() => actions.star(hit)}
        excludeFromTabOrder={!isCurrent}
      />
      <IconButton
        icon={ExternalLink}
        size="small"
        label="Open the original"
        keys="o"
        onPress={() => actions.openOriginal(hit)}
        excludeFromTabOrder={!isCurrent}
      />
    </div>
  )
}
