import { describe, expect, it } from 'vitest'
import { foldWord, stemOf, stopWords, termsOf, wordsOf } from '../../../shared/text/words.ts'
import { seededRandom } from '../../harness/random.ts'

const words = (text: string): string[] => [...wordsOf(text)].map(({ word }) => word)
const terms = (text: string): string[] => [...termsOf(text)].map(({ term }) => term)
const cut = (text: string): string[] => [...termsOf(text)].map(({ start, end }) => text.slice(start, end))

describe('folding', () => {
  const cases: [string, string][] = [
    ['', ''],
    ['ferry', 'ferry'],
    ['FERRY', 'ferry'],
    ['Café', 'cafe'],
    ['Cafe\u0301', 'cafe'],
    ['Ångström', 'angstrom'],
    ['naïve', 'naive'],
    ['Straße', 'strasse'],
    ['STRAẞE', 'strasse'],
    ['ﬁne', 'fine'],
    ['ＦＵＬＬ１２', 'full12'],
    ['x²', 'x2'],
    ['ℌ𝔢𝔩𝔩𝔬', 'hello'],
    ['𝐇𝐞𝐥𝐥𝐨', 'hello'],
    ['ℕ', 'n'],
    ['Ⅷ', 'viii'],
    ['İstanbul', 'istanbul'],
    ['Ελλάδα', 'ελλαδα'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδός', 'οδοσ'],
    ['Київ', 'киів'.normalize('NFKD').replaceAll(/\p{M}/gu, '')],
    ['أحمد', 'احمد'],
    ['שָׁלוֹם', 'שלום'],
    ['한국어', '한국어'],
    ['\u1112\u1161\u11AB', '한'],
  ]
  it.each(cases)('makes %s the same as %s', (written, folded) => {
    expect(foldWord(written)).toBe(folded)
  })

  it('keeps marks that make another letter: Japanese voicing, Indic and Thai vowels', () => {
    expect(foldWord('ハハ')).not.toBe(foldWord('ババ'))
    expect(foldWord('ババ')).not.toBe(foldWord('パパ'))
    expect(foldWord('か\u3099')).toBe('が')
    expect(foldWord('ｶﾞｽ')).toBe('ガス')
    expect(foldWord('कम')).not.toBe(foldWord('काम'))
    expect(foldWord('हिन्दी')).toBe('हिन्दी'.normalize('NFC'))
    expect(foldWord('ที่')).not.toBe(foldWord('ท'))
  })

  it('replaces half characters, so that it can be stored', () => {
    expect(foldWord('A\uD800')).toBe('a\uFFFD')
    expect(foldWord('A\uD800').isWellFormed()).toBe(true)
  })

  it('changes nothing the second time, for every character there is', () => {
    const changed: string[] = []
    for (let code = 0; code <= 0x10_ff_ff; code++) {
      if (code >= 0xd8_00 && code <= 0xdf_ff) continue
      const folded = foldWord(String.fromCodePoint(code))
      if (foldWord(folded) !== folded) changed.push(code.toString(16))
    }
    expect(changed).toEqual([])
  })

  it('is the same for upper and lower case, for every letter of one code point', () => {
    const different: string[] = []
    for (let code = 0; code <= 0xff_ff; code++) {
      if (code >= 0xd8_00 && code <= 0xdf_ff) continue
      const character = String.fromCodePoint(code)
      const upper = character.toUpperCase()
      // The dotless i of Turkish is the i of everyone else in upper case
      if (upper.toLowerCase() === character && foldWord(upper) !== foldWord(character)) different.push(code.toString(16))
    }
    expect(different).toEqual([])
  })
})

describe('stems', () => {
  it('are those of Porter', () => {
    const pairs = ['gardens', 'gardening', 'relational', 'ponies', 'hopping', 'agreed', 'skies', 'running', 'generalizations']
    expect(pairs.map(stemOf)).toEqual(['garden', 'garden', 'relat', 'poni', 'hop', 'agre', 'ski', 'run', 'gener'])
  })

  it('leave alone what is short, has digits or is of another alphabet', () => {
    for (const word of ['', 'as', 'is', '2024s', 'b2bs', 'größes', 'книги', 'école']) expect(stemOf(word)).toBe(word)
  })

  it('are the same again, also after very many others', () => {
    const before = stemOf('gardens')
    for (let i = 0; i < 60_000; i++) stemOf(`word${'abcdefghij'[i % 10]}${i.toString(26).replaceAll(/\d/g, 'q')}`)
    expect(stemOf('gardens')).toBe(before)
  })

  it('do not come from the names of object properties', () => {
    expect(stemOf('constructor')).toBe('constructor')
    expect(stemOf('prototype')).toBe('prototyp')
    expect(stopWords.has('constructor')).toBe(false)
  })
})

describe('words', () => {
  const cases: [string, string[]][] = [
    ['', []],
    [' \n\t.,;!? — “”', []],
    ['The ferry left.', ['the', 'ferry', 'left']],
    ["don't", ['don', 't']],
    ['WB-212 and 10.4', ['wb', '212', 'and', '10', '4']],
    ['a_b/c@d.e', ['a', 'b', 'c', 'd', 'e']],
    ['C++ & C#', ['c', 'c']],
    ['x²+y²', ['x2', 'y2']],
    ['naïve café', ['naive', 'cafe']],
    ['e\u0301te\u0301', ['ete']],
    ['🙂 smile 👩‍👩‍👧 end', ['smile', 'end']],
    ['\u0301alone', ['alone']],
    ['日本語', ['日本語']],
    ['日本語text日本', ['日本語', 'text', '日本']],
    ['2024年', ['2024', '年']],
    ['ﾊﾟﾊﾟ', ['パパ']],
    ['カー', ['カー']],
    ['人々', ['人々']],
    ['한국어 문서', ['한국어', '문서']],
    ['ภาษาไทย', ['ภาษาไทย']],
    ['Привет, мир', ['привет', 'мир']],
    ['𠮷野家', ['𠮷野家']],
    ['a\uD800b', ['a', 'b']],
  ]
  it.each(cases)('of %j are cut out and folded', (text, expected) => {
    expect(words(text)).toEqual(expected)
  })

  it('say whether their script has no spaces', () => {
    expect([...wordsOf('日本 text ไทย')].map(({ isWithoutSpaces }) => isWithoutSpaces)).toEqual([true, false, true])
  })
})

describe('terms', () => {
  it('are stems with the place of the whole word', () => {
    expect([...termsOf('Two gardens, gardening.')]).toEqual([
      { term: 'two', start: 0, end: 3 },
      { term: 'garden', start: 4, end: 11 },
      { term: 'garden', start: 13, end: 22 },
    ])
  })

  it('are overlapping pairs in scripts without spaces, with exact places', () => {
    expect([...termsOf('これは日本')]).toEqual([
      { term: 'これ', start: 0, end: 2 },
      { term: 'れは', start: 1, end: 3 },
      { term: 'は日', start: 2, end: 4 },
      { term: '日本', start: 3, end: 5 },
    ])
    expect([...termsOf('x 水.')]).toEqual([
      { term: 'x', start: 0, end: 1 },
      { term: '水', start: 2, end: 3 },
    ])
  })

  it('count an astral character as one, and its offsets as two', () => {
    expect([...termsOf('𠮷野家')]).toEqual([
      { term: '𠮷野', start: 0, end: 3 },
      { term: '野家', start: 2, end: 4 },
    ])
  })

  it('keep a character together with its marks', () => {
    expect(terms('か\u3099き\u3099')).toEqual(['がぎ'])
    expect(cut('か\u3099き\u3099')).toEqual(['か\u3099き\u3099'])
    expect(terms('ที่นี่')).toEqual(terms('ที่นี่'.normalize('NFD')))
    expect(cut('ที่นี่')[0]).toBe('ที่นี่'.slice(0, cut('ที่นี่')[0]!.length))
  })

  it('are the same for half-width, full-width and decomposed writing', () => {
    expect(terms('ﾊﾟｿｺﾝ')).toEqual(terms('パソコン'))
    expect(terms('ハ\u309Aソコン')).toEqual(terms('パソコン'))
    expect(terms('ｶﾞｰﾄﾞ')).toEqual(terms('ガード'))
    expect(terms('Ｔｅｘｔ')).toEqual(terms('text'))
  })

  it('let any two characters in a row be found', () => {
    const text = '東京都港区の港'
    const all = new Set(terms(text))
    const characters = Array.from(text)
    for (let i = 0; i + 1 < characters.length; i++) expect(all.has(`${characters[i]}${characters[i + 1]}`)).toBe(true)
  })
})

describe('very long runs', () => {
  it('of a script without spaces lose no pair of characters', () => {
    const text = Array.from({ length: 3_500 }, (_, i) => String.fromCodePoint(0x4e_00 + i)).join('')
    const found = [...termsOf(text)]
    expect(found).toHaveLength(3_499)
    expect(found.every(({ term, start, end }, i) => start === i && end === i + 2 && term === text.slice(i, i + 2))).toBe(true)
  })

  it('of one letter do not overflow anything', () => {
    expect([...termsOf('x'.repeat(3_000_000))].length).toBeGreaterThan(0)
    expect([...termsOf('水'.repeat(300_000))]).toHaveLength(299_999)
  })
})

/** Characters of every sort that may stand next to each other in a text. */
const alphabet = [
  Array.from('abzAZ019 .,-_\n\'"éßẞİﬁςΣйعשكकทกກកက日本かカー々ﾊﾟﾞｰ한𠮷𝐇🙂½²Ⅷﷺ'),
  [
    '\u0301',
    '\u0651',
    '\u05B8',
    '\u093F',
    '\u094D',
    '\u0E35',
    '\u0E48',
    '\u3099',
    '\u309A',
    '\u1112',
    '\u1161',
    '\u11AB',
    '👩\u200D👧',
  ],
  ['\u200D', '\u200C', '\u00AD', '\uFE0F', '\uE000', '\u{F0000}', '\uD800', '\uDC00', '\u0000', '\u00A0', '\u3000'],
].flat()

describe('any text at all', () => {
  const random = seededRandom(21)
  const texts = Array.from({ length: 3_000 }, () =>
    Array.from({ length: random.int(0, 24) }, () => random.pick(alphabet)).join(''),
  )

  it('has words whose places are in order, apart from each other, and hold just that word', () => {
    for (const text of texts) {
      let last = 0
      for (const { word, start, end, isWithoutSpaces } of wordsOf(text)) {
        expect(start).toBeGreaterThanOrEqual(last)
        expect(end).toBeGreaterThan(start)
        last = end
        const written = text.slice(start, end)
        expect(word).toBe(isWithoutSpaces ? written.normalize('NFKC') : foldWord(written))
        expect(word).not.toBe('')
        expect(written.isWellFormed()).toBe(true)
      }
      expect(last).toBeLessThanOrEqual(text.length)
    }
  })

  it('has terms whose places hold what is found when just that place is read', () => {
    for (const text of texts) {
      let last = 0
      for (const { term, start, end } of termsOf(text)) {
        expect(start).toBeGreaterThanOrEqual(last)
        last = start
        expect({ text, found: terms(text.slice(start, end)) }).toEqual({ text, found: [term] })
      }
    }
  })

  it('has the same terms when it is written in another normal form, as macOS names its files', () => {
    const scripts = [
      ['Åé', 'ß', 'ẞ', 'İ', 'ﬁ', 'ñ', 'ς', 'Σ', 'ά', 'й', 'ї', '\u0301', '\u0328', '½', '²', '𝐇'],
      ['ع', 'أ', 'ؤ', '\u0651', '\u064E'],
      ['ש', 'ל', '\u05B8', '\u05C1'],
      ['क', 'क़', 'ो', '\u093F', '\u094D'],
      ['ท', '\u0E35', '\u0E48', 'ำ'],
      ['日', '本', 'か', 'が', 'パ', 'ー', '々', 'ﾊ', 'ﾟ', 'ﾞ', 'ｰ', '𠮷', '\u3099'],
      ['한', '하', '국', '\u1112', '\u1161', '\u11AB'],
    ]
    for (let i = 0; i < 3_000; i++) {
      const script = [...random.pick(scripts), 'a', 'Z', '1', ' ', '-']
      const text = Array.from({ length: random.int(0, 16) }, () => random.pick(script)).join('')
      expect({ text, terms: terms(text.normalize('NFD')) }).toEqual({ text, terms: terms(text.normalize('NFC')) })
    }
  })

  it('leaves no letter or digit out', () => {
    for (const text of texts) {
      const covered = new Set(
        [...wordsOf(text)].flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)),
      )
      for (const match of text.matchAll(/[\p{L}\p{N}]/gu))
        expect({ text, covered: covered.has(match.index) }).toEqual({ text, covered: true })
    }
  })
})
