import { Link } from 'react-router'
import { Icon } from '../../ui/icon.tsx'
import { kindLooks } from '../../ui/kinds.ts'
import { moveFocus } from '../../ui/move-focus.ts'
import { When } from '../../ui/when.tsx'
import { pathOfItem } from '../documents/item-path.ts'
import styles from './newest-list.module.css'
import { useNewest } from './use-newest.ts'

/** What came last, to go on with. */
export function NewestList(): React.JSX.Element {
  const rows = useNewest()
  return (
    <section className={styles.newest} aria-labelledby="newest">
      <h2 id="newest">Newest</h2>
      {rows === null ? (
        <div className={styles.room} />
      ) : (
        // The arrow keys move among the links inside.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
        <ul onKeyDown={(event) => moveFocus(event, '[data-newest]')}>
          {rows.map(({ id, kind, title, source, publishedAt, importedAt }) => (
            <li key={id}>
              <Link to={pathOfItem(id)} className={styles.item} data-newest>
                <Icon of={kindLooks[kind].icon} />
                <span className={styles.title}>{title}</span>
                <span className={styles.source}>{source.label}</span>
                <When iso={publishedAt ?? importedAt} className={styles.when} />
              </Link>
            </li>
          ))}
        </ul>
      )}
      <p className={styles.all}>
        <Link to="/library">The whole library</Link>
      </p>
    </section>
  )
}
