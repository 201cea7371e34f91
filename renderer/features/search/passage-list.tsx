import { Link } from 'react-router'
import type { Passage, SearchHit } from '../../../shared/model/search.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useDelayed } from '../../ui/use-delayed.ts'
import { sentence } from '../../ui/sentence.ts'
import { pathOfItem } from '../documents/item-path.ts'
import styles from './passage-list.module.css'
import { PassageSnippet } from './passage-snippet.tsx'
import type { Unfolded } from './search-updates.ts'

/** What fits into the lines that a passage has, in UTF-16 code units. */
const seenLength = 95

interface PassageListProps {
  readonly hit: SearchHit
  readonly unfolded: Unfolded
  readonly q: string
  readonly onOpen: (passage: Passage) => void
}

/** Further passages of one document for the same query. */
export function PassageList({ hit, unfolded, q, onOpen }: PassageListProps): React.JSX.Element {
  const isLate = useDelayed(unfolded.isLoading)
  if (unfolded.error !== null) return <p className={styles.error}>{sentence(unfolded.error.message)}</p>
  return (
    <ol className={styles.passages} aria-label={`More passages of ${hit.title}`}>
      {isLate && (
        <li>
          <Skeleton width={75} />
        </li>
      )}
      {unfolded.passages.map((passage, i) => (
        <li key={passage.start}>
          <Link
            to={pathOfItem(hit.documentId, { passage, q })}
            onClick={(event) => {
              if (event.detail === 0 || event.ctrlKey || event.metaKey) return
              event.preventDefault()
              onOpen(passage)
            }}
          >
            <PassageSnippet passage={passage} title={hit.title} length={seenLength} />
          </Link>
          <span>{placeOf(passage, hit.title, i)}</span>
        </li>
      ))}
    </ol>
  )
}

function placeOf({ page, heading }: Passage, title: string, index: number): string {
  if (page !== null) return `page ${page}`
  return heading === null || heading === title ? `part ${index + 2}` : heading
}
