import { documentKinds, type DocumentKind } from '../../../shared/model/document.ts'
import type { KinHit } from '../../../shared/model/search.ts'
import { passageBodyStart } from '../../ui/passage-body.ts'

export interface KinGroup {
  readonly kind: DocumentKind
  readonly hits: readonly KinHit[]
}

/** Kin by kind, in the order of the kinds, each group as near as it came. Weak ones are no kin. */
export function groupKin(hits: readonly KinHit[]): KinGroup[] {
  const near = hits.filter(({ confidence }) => confidence !== 'weak')
  return documentKinds
    .map((kind) => ({ kind, hits: near.filter((hit) => hit.kind === kind) }))
    .filter((group) => group.hits.length > 0)
}

/** `shares crossword, kitchen`, or that they meet by meaning only. */
export function becauseOf({ sharedWords }: KinHit): string {
  return sharedWords.length === 0 ? 'meaning only' : `shares ${sharedWords.join(', ')}`
}

/** `94 % the same`; whole only when nothing differs. */
export function samenessOf(sameness: number): string {
  if (sameness >= 1) return 'the same text'
  return `${Math.min(99, Math.round(sameness * 100))} % the same`
}

const quoteLength = 110

/** The passage as a short quotation, cut at a word. */
export function quoteOf(text: string, ...heads: readonly (string | null)[]): string {
  const clean = text
    .slice(passageBodyStart(text, ...heads))
    .replaceAll(/\s+/gu, ' ')
    .trim()
  if (clean.length <= quoteLength) return `“${clean}”`
  const cut = clean.lastIndexOf(' ', quoteLength)
  return `“${clean.slice(0, cut > quoteLength / 2 ? cut : quoteLength)}…”`
}
