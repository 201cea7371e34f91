import type { SearchHit, SearchMode } from '../../../shared/model/search.ts'
import { formatNumber } from '../../ui/format.ts'

interface WhyOptions {
  readonly mode: SearchMode
  /** True on a page where nothing was found: the nearest are then no nearer than chance. */
  readonly isNothing: boolean
}

/** Why a document was found, in one line: `2 of 3 words · meaning: top 1 % of your library`. */
export function whyLine({ why, confidence }: Pick<SearchHit, 'why' | 'confidence'>, { mode, isNothing }: WhyOptions): string {
  const parts = [
    mode === 'vector' ? null : wordsPart(why.words),
    mode === 'keyword' ? null : meaningPart(why.meaning, isNothing && confidence === 'weak'),
  ]
  return parts.filter((part) => part !== null).join(' · ')
}

function wordsPart({ matched, missing }: SearchHit['why']['words']): string | null {
  const total = matched.length + missing.length
  if (total === 0) return null
  if (total === 1) return matched.length === 1 ? `the word “${matched[0]!}”` : `without the word “${missing[0]!}”`
  if (missing.length === 0) return total === 2 ? 'both words' : `all ${formatNumber(total)} words`
  return `${formatNumber(matched.length)} of ${formatNumber(total)} words`
}

function meaningPart({ topShare }: SearchHit['why']['meaning'], isChance: boolean): string | null {
  if (isChance) return 'meaning: no nearer than chance'
  if (topShare === null) return null
  // Half of everything is nearer: that is no reason.
  if (topShare > 0.5) return 'meaning: no nearer than chance'
  return `meaning: top ${formatNumber(Math.max(1, Math.ceil(topShare * 100 - 0.000_1)))} % of your library`
}

/** Which words of the query are in what was looked through: `Only “warranty” occurs, in 2 of them`. */
export function occurrenceLine(words: readonly { readonly word: string; readonly documents: number }[]): string | null {
  if (words.length === 0) return null
  const found = words.filter(({ documents }) => documents > 0)
  if (found.length === 0) return words.length === 1 ? `“${words[0]!.word}” does not occur` : 'None of the words occurs'
  const only = found.length < words.length ? 'Only ' : ''
  if (found.length === 1) return `${only}“${found[0]!.word}” occurs, in ${formatNumber(found[0]!.documents)} of them`
  const told = found.map(({ word, documents }) => `“${word}” (in ${formatNumber(documents)})`)
  return `${only}${told.slice(0, -1).join(', ')} and ${told.at(-1)!} occur`
}
