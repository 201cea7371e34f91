import { parseQuery } from '../../../shared/query/grammar.ts'
import { isEmptyFilter } from '../../../shared/model/filter.ts'
import { Button } from '../../ui/button.tsx'
import { countOf } from '../../ui/format.ts'
import { kindLooks } from '../../ui/kinds.ts'
import { setFilter } from './query-draft.ts'
import type { SearchParams } from './search-params.ts'
import type { Shown } from './search-updates.ts'
import styles from './nothing-found.module.css'
import { asksForMeaning, type SplitHits } from './split-hits.ts'
import { occurrenceLine } from './why-line.ts'

interface NothingFoundProps {
  readonly shown: Shown
  readonly kind: Exclude<SplitHits['kind'], 'found'>
  readonly onParams: (params: SearchParams) => void
}

/** Says in so many words that the library has nothing about it, and how that is known. */
export function NothingFound({ shown: { params, reply }, kind, onParams }: NothingFoundProps): React.JSX.Element {
  const { filter, text } = parseQuery(params.q)
  const isFiltered = !isEmptyFilter(filter)
  const { searched, pending } = reply
  return (
    <div className={styles.nothing} role="status">
      <h2>{asksForMeaning(params) ? titles[kind] : 'No item has all of this'}</h2>
      <p>{describeLooked(params, reply, kind)}</p>
      <div className={styles.actions}>
        {isFiltered && filter.kinds !== undefined && (
          <Button onPress={() => onParams({ ...params, q: setFilter(params.q, 'kind', null) })}>Look in all kinds</Button>
        )}
        {isFiltered && text !== '' && (
          <Button look={filter.kinds === undefined ? 'default' : 'plain'} onPress={() => onParams({ ...params, q: text })}>
            Look everywhere
          </Button>
        )}
        {params.mode !== 'hybrid' && (
          <Button look="plain" onPress={() => onParams({ ...params, mode: 'hybrid' })}>
            Search by words and by meaning
          </Button>
        )}
      </div>
      {pending > 0 && (
        <p className={styles.quiet}>
          {countOf(pending, 'item')} {pending === 1 ? 'is' : 'are'} still waiting to be read for meaning. This search renews
          itself when {pending === 1 ? 'it is' : 'they are'} in.
        </p>
      )}
      {searched === 0 && <p className={styles.quiet}>No item fits the filters.</p>}
    </div>
  )
}

const titles = {
  worded: 'The words are there, but nothing is clearly about this',
  unsure: 'Nothing in your library is clearly about this',
  nothing: 'Nothing in your library is about this',
}

function describeLooked({ q, mode }: SearchParams, reply: Shown['reply'], kind: NothingFoundProps['kind']): string {
  const { searched, words, meaning } = reply
  const { kinds = [] } = parseQuery(q).filter
  const what = kinds.length === 1 ? countOf(searched, kindLooks[kinds[0]!].name.toLowerCase()) : countOf(searched, 'item')
  const how = {
    hybrid: meaning === 'searched' ? ', by words and by meaning' : ', by words only',
    vector: ', by meaning',
    keyword: ', by words',
  }[mode]
  const occurs = mode === 'vector' ? null : occurrenceLine(words)
  const isByMeaning = meaning === 'searched' && mode !== 'keyword'
  const nearest = !isByMeaning
    ? null
    : kind === 'nothing'
      ? 'no passage is nearer than chance'
      : 'no passage is near enough to be sure'
  const rest = [occurs, nearest].filter((part) => part !== null).join(', and ')
  const sentence = rest === '' ? '' : ` ${rest[0]!.toUpperCase()}${rest.slice(1)}.`
  return `Looked through ${what}${how}.${sentence}`
}
