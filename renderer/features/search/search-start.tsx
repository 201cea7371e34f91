import { Button } from 'react-aria-components/Button'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { NewestList } from './newest-list.tsx'
import { SavedList } from './saved-searches.tsx'
import styles from './search-start.module.css'

const examples: readonly { readonly query: string; readonly means: string }[] = [
  { query: '"early hours"', means: 'exactly these words, side by side' },
  { query: '-coffee', means: 'without this word' },
  { query: 'gard*', means: 'every word that begins so' },
  { query: 'tag:sleep', means: 'with this tag; kind: source: author: lang: likewise' },
  { query: 'after:2025-01', means: 'since then; before: until then' },
  { query: 'is:starred', means: 'starred; also unread, waiting, failed' },
]

/** Before anything is asked: what came last, the searches that are kept, and how to say more than words. */
export function SearchStart({ onQuery }: { readonly onQuery: (q: string) => void }): React.JSX.Element {
  const { savedSearches } = useServices()
  const hasSaved = useStore(savedSearches.store, (state) => state.searches.length > 0)
  return (
    <div className={styles.start}>
      <NewestList />
      <div className={styles.side}>
        {hasSaved && (
          <section aria-labelledby="saved">
            <h2 id="saved">Saved searches</h2>
            <SavedList />
          </section>
        )}
        <section aria-labelledby="more">
          <h2 id="more">To say more than words</h2>
          <ul className={styles.examples}>
            {examples.map(({ query, means }) => (
              <li key={query}>
                <Button className={styles.example} onPress={() => onQuery(query)}>
                  <code>{query}</code>
                  <span>{means}</span>
                </Button>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  )
}
