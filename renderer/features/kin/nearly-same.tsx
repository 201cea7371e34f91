import { useState } from 'react'
import { Link } from 'react-router'
import type { Document } from '../../../shared/model/document.ts'
import type { KinHit } from '../../../shared/model/search.ts'
import { Button } from '../../ui/button.tsx'
import { formatDay, formatNumber } from '../../ui/format.ts'
import { pathOfItem } from '../documents/item-path.ts'
import { CompareDialog } from './compare-dialog.tsx'
import { samenessOf } from './kin-groups.ts'
import styles from './kin-panel.module.css'

interface NearlySameProps {
  readonly document: Document
  readonly hits: readonly KinHit[]
}

/** Items with nearly the same text, apart from the kin. */
export function NearlySame({ document, hits }: NearlySameProps): React.JSX.Element {
  const [compared, setCompared] = useState<KinHit | null>(null)
  return (
    <section className={styles.twins} aria-label="Nearly the same">
      <h3>
        Nearly the same <span>{formatNumber(hits.length)}</span>
      </h3>
      {hits.map((hit) => (
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
      {compared !== null && <CompareDialog left={document} right={compared} onClose={() => setCompared(null)} />}
    </section>
  )
}
