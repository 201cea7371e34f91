import { EyeOff, Star } from 'lucide-react'
import { Link } from 'react-router'
import type { KinHit } from '../../../shared/model/search.ts'
import { useServices } from '../../app/services-context.ts'
import { formatMonth } from '../../ui/format.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { When } from '../../ui/when.tsx'
import { pathOfItem } from '../documents/item-path.ts'
import { becauseOf, quoteOf } from './kin-groups.ts'
import styles from './kin-panel.module.css'

/** One of the kin: its title, the passage that brings the two together, and why. */
export function KinItem({ hit, documentId }: { readonly hit: KinHit; readonly documentId: number }): React.JSX.Element {
  const { actions, kin } = useServices()
  const { title, source, passage, isStarred, publishedAt, importedAt } = hit
  const item = { id: hit.documentId, title, source }
  return (
    <article className={styles.item}>
      <h4>
        <Link
          to={pathOfItem(hit.documentId, { passage })}
          className={styles.title}
          data-kin
          onKeyDown={(event) => {
            if (event.key === 's') actions.star([item], !isStarred)
            else if (event.key === 'o') void actions.openOriginal(item)
            else if (event.key === 'Delete') kin.hide(documentId, item)
            else return
            event.preventDefault()
            event.stopPropagation()
          }}
        >
          {title}
        </Link>
        {passage.page === null ? (
          <When iso={publishedAt ?? importedAt} format={formatMonth} className={styles.when} />
        ) : (
          <span className={styles.when}>page {passage.page}</span>
        )}
      </h4>
      <p>{quoteOf(passage.text, title, passage.heading)}</p>
      <p className={styles.because}>{becauseOf(hit)}</p>
      <div className={styles.actions}>
        <IconButton
          icon={Star}
          size="small"
          tone="star"
          label={isStarred ? 'Take the star away' : 'Star'}
          isFilled={isStarred}
          isOn={isStarred}
          onPress={() => actions.star([item], !isStarred)}
        />
        <IconButton icon={EyeOff} size="small" label="Not kin: hide for good" onPress={() => kin.hide(documentId, item)} />
      </div>
    </article>
  )
}
