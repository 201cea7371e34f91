import { useState } from 'react'
import { Link } from 'react-router'
import type { Document } from '../../../shared/model/document.ts'
import type { KinHit } from '../../../shared/model/search.ts'
import { Button } from '../../ui/button.tsx'
import { countOf, formatDay, formatNumber } from '../../ui/format.ts'
import { pathOfItem } from '../documents/item-path.ts'
import { CompareDialog } from './compare-dialog.tsx'
import { samenessOf } from './kin-groups.ts'
import styles from './kin-panel.module.css'

interface NearlySameProps {
  readonly document: Document
  readonly hits: readonly KinHit[]
}

/** As many stand open: a library may have a text many times. */
const mostShown = 3

/** Items with nearly the same text, apart from the kin. */
export function NearlySame({ document, hits }: NearlySameProps): React.JSX.Element {
  const [compared, setCompared] = useState<KinHit | null>(null)
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole || hits.length <= mostShown + 1 ? hits : hits.slice(0, mostShown)
  return (
    <section className={styles.twins} aria-label="Nearly the same">
      <h3>
        Nearly the same <span>{formatNumber(hits.length)}</span>
      </h3>
      {shown.map((hit) => (
        <div key={hit.documentId} className={styles.twin}>
          <div className={styles.twinText}>
            <h4>
              <Link to={pathOfItem(hit.documentId)} className={styles.twinTitle} data-kin>
                {hit.title}
              </Link>
            </h4>
            <p>
              {formatDay(hit.publishedAt ?? hit.importedAt)}
              {hit.sameness !== null && `, ${samenessOf(hit.sameness)}`}
            </p>
          </div>
          <Button size="small" onPress={() => setCompared(hit)}>
            Compare
          </Button>
        </div>
      ))}
      {shown.length < hits.length && (
        <Button look="plain" size="small" className={styles.moreTwins} onPress={() => setWhole(true)}>
          Show {countOf(hits.length - shown.length, 'more', 'more')}
        </Button>
      )}
      {compared !== null && <CompareDialog left={document} right={compared} onClose={() => setCompared(null)} />}
    </section>
  )
}
