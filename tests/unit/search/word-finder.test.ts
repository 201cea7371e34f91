import { describe, expect, it } from 'vitest'
import type { KeywordTerm } from '../../../engine/keywords/keyword-index.ts'
import { WordFinder } from '../../../engine/search/word-finder.ts'

/** `garden`, `"two words"`, `gard*`. */
function term(typed: string): KeywordTerm {
  if (typed.startsWith('"')) return { text: typed.slice(1, -1), type: 'phrase' }
  return typed.endsWith('*') ? { text: typed.slice(0, -1), type: 'prefix' } : { text: typed, type: 'word' }
}

/** What is marked in a text, each with the term of the query it belongs to. */
function marked(text: string, ...typed: string[]): string[] {
  return new WordFinder(typed.map(term)).find(text).map(({ term: index, start, end }) => `${index} ${text.slice(start, end)}`)
}

describe('the places of a query in a text', () => {
  it('are all forms of its words, each once and in order', () => {
    expect(marked('She gardens. Gardening in the garden; guard!', 'garden')).toEqual(['0 gardens', '0 Gardening', '0 garden'])
    expect(marked('Happy, happiness; a ferry, two ferries', 'happy', 'ferries')).toEqual([
      '0 Happy',
      '0 happiness',
      '1 ferry',
      '1 ferries',
    ])
    expect(marked('filing the files, one file filed', 'file')).toEqual(['0 filing', '0 files', '0 file', '0 filed'])
  })

  it('are found whatever the accents and whatever the case', () => {
    expect(marked('CAFÉ, café, cafe\u0301 and Cafe', 'cafe')).toHaveLength(4)
    expect(marked('Straße STRASSE', 'strasse')).toEqual(['0 Straße', '0 STRASSE'])
    expect(marked('naïve naive', 'naïve')).toHaveLength(2)
  })

  it('are found in letters that stand for others, as PDFs have them', () => {
    expect(marked('the ﬁle and the ﬂow', 'file', 'flow')).toEqual(['0 ﬁle', '1 ﬂow'])
    expect(marked('Ærø abschließen œuvre m² İstanbul ＡＢＣ', 'aero', 'abschliessen', 'oeuvre', 'istanbul', 'abc')).toEqual([
      '0 Ærø',
      '1 abschließen',
      '2 œuvre',
      '3 İstanbul',
      '4 ＡＢＣ',
    ])
  })

  it('are no parts of other words', () => {
    expect(marked('start heart article art', 'art')).toEqual(['0 art'])
    expect(marked('1234 12345 234', '234')).toEqual(['0 234'])
  })

  it('leave stop words out, whatever stands beside them, unless there is nothing else', () => {
    expect(marked('the tea and the pot', 'the,', 'tea')).toEqual(['1 tea'])
    expect(marked('to be or not', 'to', 'be')).toEqual(['0 to', '1 be'])
  })

  it('are phrases word for word, over line ends too', () => {
    expect(marked('the old garden\ngate; a garden, a gate', '"garden gate"')).toEqual(['0 garden\ngate'])
    expect(marked('gardens gated', '"garden gate"')).toEqual(['0 gardens gated'])
    expect(marked('the end of the day', '"end of the day"')).toEqual(['0 end of the day'])
  })

  it('are words that begin so', () => {
    expect(marked('garden Gärtner gardener guard', 'gard*')).toEqual(['0 garden', '0 gardener'])
  })

  it('are codes with and without separators, and not parts of them', () => {
    expect(marked('J-207, J207, j_207 and J.207; 207 or J-2071', 'J-207')).toEqual(['0 J-207', '0 J207', '0 j_207', '0 J.207'])
    expect(marked('J-207, J207', 'J207')).toEqual(['0 J-207', '0 J207'])
    expect(marked('IMG_4471.JPG', 'DP-4471-B')).toEqual([])
    expect(marked('part DP-4471-B', 'DP-4471-B')).toEqual(['0 DP-4471-B'])
    expect(marked('version 10.4 and 10 and 4', '10.4')).toEqual(['0 10.4'])
  })

  it('are pairs of characters where a script has no spaces', () => {
    expect(marked('我们去图书馆。', '图书馆')).toEqual(['0 图书'])
    expect(marked('東京都', '京都')).toEqual(['0 京都'])
  })

  it('are offsets into the whole text when only a part of it is looked at', () => {
    const text = 'tea tea tea'
    expect(new WordFinder([term('tea')]).find(text, 4, 8)).toEqual([{ term: 0, start: 4, end: 7 }])
  })

  it('are none when there is nothing to look for', () => {
    expect(marked('anything', '!!!')).toEqual([])
    expect(new WordFinder([]).find('anything')).toEqual([])
  })
})
