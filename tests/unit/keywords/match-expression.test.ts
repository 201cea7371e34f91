import { describe, expect, it } from 'vitest'
import { matchExpression, type Vocabulary } from '../../../engine/keywords/match-expression.ts'
import type { KeywordTerm } from '../../../engine/keywords/keyword-index.ts'

/** A library of so many documents, with the number of them that have a term. */
function library(size: number, documents: Readonly<Record<string, number>> = {}): Vocabulary {
  return {
    size,
    documents: ({ terms }) => documents[terms.join(' ')] ?? 0,
    expandPrefix: (prefix) => Object.keys(documents).filter((term) => term.startsWith(prefix)),
  }
}

const word = (text: string): KeywordTerm => ({ text, type: 'word' })
const phrase = (text: string): KeywordTerm => ({ text, type: 'phrase' })

function match(terms: KeywordTerm[], excluded: KeywordTerm[] = [], vocabulary = library(10)): string | null {
  return matchExpression({ terms, excluded }, vocabulary).match
}

describe('the expression that is looked for', () => {
  it('is any of the words by their stems', () => {
    expect(match([word('gardens'), word('Ferries')])).toBe('("garden" OR "ferri")')
  })

  it('has all phrases as a condition, and them and the words among what is scored', () => {
    expect(match([phrase('garden gate'), word('rain')])).toBe('"garden gate" AND ("garden gate" OR "rain")')
  })

  it('has none of what is excluded', () => {
    expect(match([word('rain')], [word('garden'), phrase('old gate')])).toBe('(("rain")) NOT ("garden" OR "old gate")')
  })

  it('is nothing when there is nothing to look for', () => {
    expect(match([])).toBeNull()
    expect(match([], [word('rain')])).toBeNull()
    expect(match([word('!!!'), phrase('…')])).toBeNull()
  })

  it('leaves stop words out, whatever stands beside them, unless there is nothing else', () => {
    expect(match([word('the'), word('rain')])).toBe('("rain")')
    expect(match([word('The,'), word('rain')])).toBe('("rain")')
    expect(match([word('to'), word('be')])).toBe('("to" OR "be")')
    expect(matchExpression({ terms: [word('the'), word('rain')], excluded: [] }, library(10)).isStopWord).toEqual([true, false])
  })

  it('has a code as one phrase or written together, and a compound by its parts', () => {
    expect(match([word('J-207')])).toBe('("j 207" OR "j207")')
    expect(match([word('boundary-layer')])).toBe('("boundari" OR "layer")')
  })

  it('has a prefix by all that it may stand for', () => {
    expect(match([{ text: 'gard', type: 'prefix' }], [], library(10, { garden: 3, gardenia: 1, rain: 2 }))).toBe(
      '("gard" OR "garden" OR "gardenia")',
    )
  })

  it('can hold no syntax of its own, whatever is typed', () => {
    for (const text of ['" OR "x', '*', 'a"b', 'NEAR(a b)', '{col}:x', '^a']) {
      const { match: expression } = matchExpression({ terms: [word(text), phrase(text)], excluded: [] }, library(10))
      // Every quotation mark opens or closes a phrase, and nothing stands outside but our own words
      expect(expression ?? '""').toMatch(/^[()]*(?:"[^"]*"|AND|OR|NOT|[() ])*$/)
    }
  })
})

describe('words that stand in most documents', () => {
  const large = library(10_000, { akin: 9_000, garden: 12 })

  it('are left out of a large library when another word is found', () => {
    expect(match([word('akin'), word('garden')], [], large)).toBe('("garden")')
  })

  it('are looked for when nothing else would be found', () => {
    expect(match([word('akin')], [], large)).toBe('("akin")')
    expect(match([word('akin'), word('xyzzy')], [], large)).toBe('("akin" OR "xyzzi")')
  })

  it('are looked for in a small library: two of three documents are most of them', () => {
    expect(match([word('akin'), word('garden')], [], library(3, { akin: 2, garden: 1 }))).toBe('("akin" OR "garden")')
  })
})
