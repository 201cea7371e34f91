import { useState } from 'react'
import { Link } from 'react-router'
import type { SearchHit } from '../../../shared/model/search.ts'
import { cx } from '../../ui/class-names.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { kindLooks } from '../../ui/kinds.ts'
import { moveFocus } from '../../ui/move-focus.ts'
import { pathOfItem } from '../documents/item-path.ts'
import { PassageSnippet } from '../search/passage-snippet.tsx'
import styles from './compare-lists.module.css'
import { joinLists, type Join } from './compare-params.ts'

interface CompareListsProps {
  readonly left: readonly SearchHit[]
  readonly right: readonly SearchHit[]
  readonly names: readonly [string, string]
  readonly q: string
}

/** Fixed, so that the lines between the lists need no measuring; the style sheet has it too. */
const rowHeightPx = 64
const gutterWidth = 96

/** Two ranked lists; a line joins the places of a document that both have. */
export function CompareLists({ left, right, names, q }: CompareListsProps): React.JSX.Element {
  const [current, setCurrent] = useState<number | null>(null)
  const joins = joinLists(left, right)
  const leftPlaces = new Map(joins.map((join) => [join.documentId, join.left]))
  const rightPlaces = new Map(joins.map((join) => [join.documentId, join.right]))
  const follow = ({ target }: { readonly target: EventTarget }): void => {
    const row = target instanceof Element ? target.closest('[data-document]') : null
    setCurrent(row === null ? null : Number(row.getAttribute('data-document')))
  }
  const shared = { q, current }
  return (
    // The lists scroll together with the arrow keys.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Both lists">
      {/* The line of the row that is pointed at, or has the focus, stands out. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        className={styles.lists}
        onPointerOver={follow}
        onPointerLeave={() => setCurrent(null)}
        onFocus={follow}
        onBlur={() => setCurrent(null)}
      >
        <HitList {...shared} hits={left} name={names[0]} places={rightPlaces} otherName={names[1]} />
        <Lines joins={joins} rows={Math.max(left.length, right.length)} current={current} />
        <HitList {...shared} hits={right} name={names[1]} places={leftPlaces} otherName={names[0]} />
      </div>
    </div>
  )
}

interface LinesProps {
  readonly joins: readonly Join[]
  readonly rows: number
  readonly current: number | null
}

function Lines({ joins, rows, current }: LinesProps): React.JSX.Element {
  const y = (place: number): number => (place + 0.5) * rowHeightPx
  const height = rows * rowHeightPx
  return (
    <svg
      className={styles.lines}
      viewBox={`0 0 ${gutterWidth} ${height}`}
      preserveAspectRatio="none"
      style={{ height }}
      aria-hidden
    >
      {joins.map(({ documentId, left, right }) => (
        <path
          key={documentId}
          className={cx(documentId === current && styles.currentLine)}
          d={`M0 ${y(left)}C${gutterWidth / 2} ${y(left)} ${gutterWidth / 2} ${y(right)} ${gutterWidth} ${y(right)}`}
        />
      ))}
    </svg>
  )
}

interface HitListProps {
  readonly hits: readonly SearchHit[]
  readonly name: string
  readonly otherName: string
  /** Where a document stands in the other list, from 0. */
  readonly places: ReadonlyMap<number, number>
  readonly q: string
  readonly current: number | null
}

function HitList({ hits, name, otherName, places, q, current }: HitListProps): React.JSX.Element {
  return (
    // Moves the focus among the links inside.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ol className={styles.list} aria-label={`Found in ${name}`} onKeyDown={(event) => moveFocus(event, '[data-compared]')}>
      {hits.length === 0 && <li className={styles.none}>Nothing found</li>}
      {hits.map((hit, index) => {
        const place = places.get(hit.documentId)
        return (
          <li
            key={hit.documentId}
            className={cx(styles.hit, place !== undefined && styles.shared, hit.documentId === current && styles.current)}
            data-document={hit.documentId}
          >
            <span className={styles.rank} aria-hidden>
              {index + 1}
            </span>
            <div className={styles.words}>
              <p className={styles.title}>
                <Icon of={kindLooks[hit.kind].icon} size="small" />
                <Link to={pathOfItem(hit.documentId, { passage: hit.passage, q })} data-compared>
                  {hit.title}
                </Link>
              </p>
              <p className={styles.passage}>
                <PassageSnippet passage={hit.passage} title={hit.title} length={90} />
              </p>
            </div>
            <HiddenText>{place === undefined ? `not in ${otherName}` : `place ${place + 1} in ${otherName}`}</HiddenText>
          </li>
        )
      })}
    </ol>
  )
}
