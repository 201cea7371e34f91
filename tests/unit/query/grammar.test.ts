import { describe, expect, it } from 'vitest'
import { Filter } from '../../../shared/model/filter.ts'
import { dayOf, filterKeys, isValues, maxQueryLength, parseQuery, type QueryPart } from '../../../shared/query/grammar.ts'
import { seededRandom } from '../../harness/random.ts'

/** Parts in short: `word`, `pre*`, `"phrase"`, `key:value`, `!code`, a minus before what is excluded. */
function short(query: string): string[] {
  return parseQuery(query).parts.map(shortPart)
}

function shortPart(part: QueryPart): string {
  if (part.type === 'problem') return `!${part.problem.code}`
  const minus = part.isExcluded ? '-' : ''
  if (part.type === 'word') return `${minus}${part.text}${part.isPrefix ? '*' : ''}`
  return part.type === 'phrase' ? `${minus}"${part.text}"` : `${minus}${part.key}:${part.value}`
}

const places = (query: string): [number, number][] => parseQuery(query).parts.map(({ start, end }) => [start, end])
const filterOf = (query: string): Filter => parseQuery(query).filter
const codes = (query: string): string[] => parseQuery(query).problems.map(({ code }) => code)

describe('words and phrases', () => {
  const cases: [string, string[]][] = [
    ['', []],
    [' \t\n\u00A0\u3000 ', []],
    ['waking', ['waking']],
    ['  waking   early ', ['waking', 'early']],
    [
      'waking "early hours" -coffee tag:sleep after:2025-01 gard*',
      ['waking', '"early hours"', '-coffee', 'tag:sleep', 'after:2025-01', 'gard*'],
    ],
    ['"early hours"', ['"early hours"']],
    ['-"early hours"', ['-"early hours"']],
    ['“early hours”', ['"early hours"']],
    ['„early hours“', ['"early hours"']],
    ['»early hours«', ['"early hours"']],
    ['«early hours»', ['"early hours"']],
    ['"early hours”', ['"early hours"']],
    ['""', ['""']],
    ['"a""b"', ['"a"', '"b"']],
    ['"a"b', ['"a"', 'b']],
    ['5" pipe', ['5"', 'pipe']],
    ['gard*', ['gard*']],
    ['-gard*', ['-gard*']],
    ['*', ['*']],
    ['-*', ['-*']],
    ['g**', ['g**']],
    ['a*b', ['a*b']],
    ['-', ['-']],
    ['- a', ['-', 'a']],
    ['--', ['--']],
    ['--a', ['--a']],
    ['a-b', ['a-b']],
    ['well-known -well-known', ['well-known', '-well-known']],
    ['日本語 -日本', ['日本語', '-日本']],
    ['🙂 -🙂', ['🙂', '-🙂']],
    ['a\uD800b', ['a\uD800b']],
    ['AND OR NOT (a)', ['AND', 'OR', 'NOT', '(a)']],
    ['constructor __proto__ toString', ['constructor', '__proto__', 'toString']],
  ]
  it.each(cases)('are read from %j', (query, expected) => {
    expect(short(query)).toEqual(expected)
  })

  it('tell which of them begin a word only, and which are excluded', () => {
    expect(parseQuery('-gard* x').parts).toEqual([
      { type: 'word', text: 'gard', isPrefix: true, isExcluded: true, start: 0, end: 6 },
      { type: 'word', text: 'x', isPrefix: false, isExcluded: false, start: 7, end: 8 },
    ])
    // A minus with nothing to exclude is an ordinary word
    expect(parseQuery('-* --').parts).toEqual([
      { type: 'word', text: '-*', isPrefix: false, isExcluded: false, start: 0, end: 2 },
      { type: 'word', text: '--', isPrefix: false, isExcluded: false, start: 3, end: 5 },
    ])
  })

  it('have exact places, the minus and the quotes among them', () => {
    expect(places(' a  "b c" -d*')).toEqual([
      [1, 2],
      [4, 9],
      [10, 13],
    ])
    expect(places('𝔞 "𝔟"')).toEqual([
      [0, 2],
      [3, 7],
    ])
  })
})

describe('filters', () => {
  const cases: [string, string[]][] = [
    ['kind:note', ['kind:note']],
    ['kind:notes', ['kind:note']],
    ['KIND:Article', ['kind:article']],
    ['kind:" note "', ['kind:note']],
    ['type:file', ['kind:file']],
    ['tag:garden', ['tag:garden']],
    ['tags:garden', ['tag:garden']],
    ['tag:"two words"', ['tag:two words']],
    ['tag:“two words”', ['tag:two words']],
    ['tag:„two words“', ['tag:two words']],
    ['tag:" padded "', ['tag:padded']],
    ['tag:a:b', ['tag:a:b']],
    ['-tag:garden', ['-tag:garden']],
    ['tag:"a"b', ['tag:a', 'b']],
    ['tag:a"b', ['tag:a"b']],
    ['source:Documents', ['source:Documents']],
    ['from:Documents', ['source:Documents']],
    ['in:Documents', ['source:Documents']],
    ['author:"Ida Brandt"', ['author:Ida Brandt']],
    ['by:Ida', ['author:Ida']],
    ['lang:DE', ['lang:de']],
    ['language:pt-BR', ['lang:pt-br']],
    ['after:2025', ['after:2025']],
    ['since:2025-3', ['after:2025-3']],
    ['before:2025-03-14', ['before:2025-03-14']],
    ['until:2025', ['before:2025']],
    ['is:Starred', ['is:starred']],
    ['-is:read', ['-is:read']],
  ]
  it.each(cases)('are read from %j', (query, expected) => {
    expect(short(query)).toEqual(expected)
    expect(codes(query)).toEqual([])
  })

  const plain: [string, string[]][] = [
    ['http://example.org/a?b=c', ['http://example.org/a?b=c']],
    ['https://example.org', ['https://example.org']],
    ['10:30', ['10:30']],
    ['C:\\Notes\\a.md', ['C:\\Notes\\a.md']],
    ['std::vector', ['std::vector']],
    ['note: text', ['note:', 'text']],
    ['the meaning of life:', ['the', 'meaning', 'of', 'life:']],
    [':', [':']],
    ['a1:b', ['a1:b']],
    ['-http://example.org', ['-http://example.org']],
    [`${'long'.repeat(11)}:x`, [`${'long'.repeat(11)}:x`]],
  ]
  it.each(plain)('are not what only looks like one: %j', (query, expected) => {
    expect(short(query)).toEqual(expected)
    expect(codes(query)).toEqual([])
  })

  it('have exact places, key, minus and quotes among them', () => {
    expect(places('x -tag:"two words" y')).toEqual([
      [0, 1],
      [2, 18],
      [19, 20],
    ])
  })

  it('know every key and every value of is:', () => {
    for (const key of filterKeys) expect(codes(`${key}:`)).toEqual(['empty-filter'])
    for (const value of isValues) expect(short(`is:${value}`)).toEqual([`is:${value}`])
  })
})

describe('what a query means for the filter', () => {
  const cases: [string, Filter][] = [
    ['', {}],
    ['word "phrase" -word', {}],
    ['kind:note kind:chat -kind:file', { kinds: ['note', 'chat'], exceptKinds: ['file'] }],
    ['tag:a tag:b -tag:c', { tags: ['a', 'b'], exceptTags: ['c'] }],
    ['source:x -source:y', { sources: ['x'], exceptSources: ['y'] }],
    ['author:x -author:y', { authors: ['x'], exceptAuthors: ['y'] }],
    ['lang:de -lang:en', { languages: ['de'], exceptLanguages: ['en'] }],
    ['tag:a tag:a', { tags: ['a'] }],
    ['kind:note kind:notes type:note kind:note kind:note', { kinds: ['note'] }],
    ['after:2025', { after: '2025-01-01' }],
    ['after:2025-03', { after: '2025-03-01' }],
    ['before:2025-03-14', { before: '2025-03-14' }],
    ['-after:2025', { before: '2025-01-01' }],
    ['-before:2025', { after: '2025-01-01' }],
    ['after:2025 after:2024', { after: '2025-01-01' }],
    ['before:2025 before:2026', { before: '2025-01-01' }],
    ['is:starred', { isStarred: true }],
    ['-is:starred', { isStarred: false }],
    ['is:unread', { isUnread: true }],
    ['is:read', { isUnread: false }],
    ['-is:unread', { isUnread: false }],
    ['-is:read', { isUnread: true }],
    ['is:failed', { statuses: ['failed'] }],
    ['is:waiting is:failed', { statuses: ['pending', 'failed'] }],
    ['is:failed is:failed is:failed is:failed is:failed', { statuses: ['failed'] }],
    ['-is:failed', { statuses: ['indexed', 'pending', 'skipped'] }],
    ['-is:failed -is:skipped', { statuses: ['indexed', 'pending'] }],
    ['is:failed -is:skipped', { statuses: ['failed'] }],
    ['-is:skipped is:failed', { statuses: ['failed'] }],
    ['kind:note nonsense:x tag:y', { kinds: ['note'], tags: ['y'] }],
  ]
  it.each(cases)('is right for %j', (query, filter) => {
    expect(filterOf(query)).toEqual(filter)
    expect(Filter.safeParse(filterOf(query)).success).toBe(true)
  })

  it('lets nothing through when all that is asked for is excluded as well', () => {
    for (const query of ['is:failed -is:failed', '-is:indexed -is:waiting -is:failed -is:skipped']) {
      expect(filterOf(query)).toEqual({ ids: [Number.MAX_SAFE_INTEGER] })
    }
  })
})

describe('the text whose meaning is searched for', () => {
  const cases: [string, string][] = [
    ['waking "early hours" -coffee tag:sleep gard* -"not this"', 'waking early hours gard'],
    ['tag:x', ''],
    ['"" a "  " b', 'a b'],
    ['a nonsense:b c', 'a c'],
    [' a\n b ', 'a b'],
  ]
  it.each(cases)('of %j is %j', (query, text) => {
    expect(parseQuery(query).text).toBe(text)
  })
})

describe('problems', () => {
  it('tell of a quotation mark that is not closed, where it stands', () => {
    const { parts, problems } = parseQuery('a "b c')
    expect(problems).toEqual([
      { code: 'unbalanced-quote', message: expect.stringContaining('not closed') as string, start: 2, end: 3 },
    ])
    expect(parts.map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      [2, 6],
    ])
    expect(parseQuery('-"b').problems[0]).toMatchObject({ start: 1, end: 2 })
    expect(parseQuery('"').problems[0]).toMatchObject({ code: 'unbalanced-quote', start: 0, end: 1 })
    expect(parseQuery('tag:"b c').problems[0]).toMatchObject({ code: 'unbalanced-quote', start: 4, end: 5 })
  })

  it('tell of an unknown filter, with what was meant and how to look for the words', () => {
    const [problem] = parseQuery('x tga:"my garden" y').problems
    expect(problem).toMatchObject({ code: 'unknown-filter', start: 2, end: 17 })
    expect(problem!.message).toContain('tag:?')
    expect(problem!.message).toContain('write "tga:my garden"')
    expect(parseQuery('colour:red').problems[0]!.message).toContain('kind: tag: source:')
    expect(short('x tga:b y')).toEqual(['x', '!unknown-filter', 'y'])
  })

  it.each([
    ['kin:note', 'kind'],
    ['kinds:note', 'kind'],
    ['auther:x', 'author'],
    ['authro:x', 'author'],
    ['sorce:x', 'source'],
    ['ater:2025', 'after'],
    ['befor:2025', 'before'],
    ['lnag:de', 'lang'],
    ['si:read', 'is'],
  ])('guess from %s that %s: was meant', (query, key) => {
    expect(parseQuery(query).problems[0]!.message).toContain(`Did you mean ${key}:?`)
  })

  it('tell of a filter without a value, with an example', () => {
    expect(parseQuery('tag:').problems).toEqual([
      { code: 'empty-filter', message: 'tag: needs a value. Write tag:garden', start: 0, end: 4 },
    ])
    expect(codes('tag:""')).toEqual(['empty-filter'])
    expect(codes('tag:"  "')).toEqual(['empty-filter'])
    expect(codes('-tag:')).toEqual(['empty-filter'])
  })

  it.each([
    'kind:book',
    'is:blue',
    'after:yesterday',
    'after:2025-13',
    'after:2025-02-30',
    'after:2025-00',
    'after:0000',
    'before:25-01-01',
    'before:2025-1-1-1',
    'lang:english',
    'lang:d',
    'lang:de_DE',
  ])('tell of a value that cannot be: %s', (query) => {
    expect(codes(query)).toEqual(['bad-value'])
    expect(filterOf(query)).toEqual({})
    expect(parseQuery(query).problems[0]).toMatchObject({ start: 0, end: query.length })
    expect(parseQuery(query).problems[0]!.message).toMatch(/^“.*is left out\. /)
  })

  it('tell of values that are too long, or too many, for a filter to hold', () => {
    expect(codes(`tag:${'x'.repeat(500)}`)).toEqual([])
    expect(codes(`tag:${'x'.repeat(501)}`)).toEqual(['bad-value'])
    const many = Array.from({ length: 203 }, (_, i) => `tag:${i}`).join(' ')
    const { filter, problems } = parseQuery(many)
    expect(filter.tags).toHaveLength(200)
    expect(problems.map(({ code }) => code)).toEqual(['bad-value', 'bad-value', 'bad-value'])
    expect(Filter.safeParse(filter).success).toBe(true)
  })

  it('are sentences without a period at the end', () => {
    const many = Array.from({ length: 201 }, (_, i) => `tag:${i}`).join(' ')
    const wrong = [
      '"',
      'tga:x',
      'colour:x',
      'tag:',
      'kind:x',
      'is:x',
      'after:x',
      'lang:x',
      'tag:"',
      `tag:${'x'.repeat(501)}`,
      many,
    ]
    for (const query of wrong) {
      const [problem] = parseQuery(query).problems
      expect(problem!.message).toMatch(/^([“A-Z]|\w+: ).*[^.]$/u)
    }
  })
})

describe('days', () => {
  const cases: [string, string | undefined][] = [
    ['2025', '2025-01-01'],
    ['2025-3', '2025-03-01'],
    ['2025-03-14', '2025-03-14'],
    [' 2025-12-31 ', '2025-12-31'],
    ['2024-02-29', '2024-02-29'],
    ['2025-02-29', undefined],
    ['2025-04-31', undefined],
    ['2025-13-01', undefined],
    ['2025-00-01', undefined],
    ['2025-01-00', undefined],
    ['0050', '0050-01-01'],
    ['0099-12-31', '0099-12-31'],
    ['0000', undefined],
    ['9999-12-31', '9999-12-31'],
    ['10000', undefined],
    ['', undefined],
    ['x', undefined],
    ['2025-03-14T00:00', undefined],
    ['２０２５', undefined],
  ]
  it.each(cases)('of %j are %j', (written, day) => {
    expect(dayOf(written)).toBe(day)
  })
})

describe('any query at all', () => {
  const random = seededRandom(31)
  const pieces = [
    [
      'a',
      'word',
      'gard*',
      '*',
      '-',
      '--',
      ' ',
      '  ',
      '\n',
      '\u3000',
      ':',
      '"',
      '“',
      '”',
      '„',
      '«',
      '»',
      "'",
      '\\',
      '/',
      '\u0000',
    ],
    [
      'tag:',
      'kind:note',
      'kind:',
      'is:failed',
      '-is:failed',
      'is:',
      'after:2025',
      'before:',
      'lang:de',
      'tga:x',
      'author:"',
      'C:\\',
    ],
    [
      'é',
      '日本',
      '🙂',
      '\uD800',
      '\uDC00',
      '\u0301',
      '\u202E',
      'İ',
      'ſ',
      '0050',
      '12:30',
      'http://x',
      'x'.repeat(60),
      'y'.repeat(600),
    ],
  ].flat()
  const queries = Array.from({ length: 5_000 }, () =>
    Array.from({ length: random.int(0, 14) }, () => random.pick(pieces)).join(''),
  )

  it('is read without an error, into parts that cover it in order and do not overlap', () => {
    for (const query of queries) {
      const { parts, problems, text, filter } = parseQuery(query)
      let last = 0
      for (const part of parts) {
        expect(query.slice(last, part.start).trim()).toBe('')
        expect(part.start).toBeGreaterThanOrEqual(last)
        expect(part.end).toBeGreaterThan(part.start)
        expect(query.slice(part.start, part.end)).toContain(part.type === 'filter' ? '' : part.text)
        last = part.end
      }
      expect(query.slice(last).trim()).toBe('')
      expect(last).toBeLessThanOrEqual(query.length)
      expect(problems).toEqual(parts.flatMap((part) => (part.type === 'problem' ? [part.problem] : [])))
      for (const { start, end, message } of problems) {
        expect(start).toBeGreaterThanOrEqual(0)
        expect(end).toBeGreaterThan(start)
        expect(end).toBeLessThanOrEqual(query.length)
        expect(message).not.toBe('')
      }
      expect(text).toBe(text.trim())
      expect({ query, isValid: Filter.safeParse(filter).success }).toEqual({ query, isValid: true })
    }
  })

  it('is read the same with spaces before it', () => {
    for (const query of queries.slice(0, 1_000)) {
      expect(short(` \n${query}`)).toEqual(short(query))
      expect(places(` \n${query}`)).toEqual(places(query).map(([start, end]) => [start + 2, end + 2]))
    }
  })

  it('is read part by part as in the whole', () => {
    for (const query of queries.slice(0, 1_500)) {
      const { parts } = parseQuery(query)
      for (const part of parts) {
        // A known name at the end waits for its value; with a space after it, it is a word
        if (part.type === 'problem' || query.slice(part.start, part.end).endsWith(':')) continue
        expect({ query, again: short(query.slice(part.start, part.end)) }).toEqual({ query, again: [shortPart(part)] })
      }
    }
  })

  it('is read though it is far longer than what is searched for, and quickly', () => {
    for (const piece of ['word ', '"', '"a ', 'tag:x ', 'tga:x ', '-', 'a:', 'tag:"', ' ', '*', '“”', 'x']) {
      const query = piece.repeat(Math.ceil(1_000_000 / piece.length))
      const started = performance.now()
      const { parts } = parseQuery(query)
      expect(parts.at(-1)?.end ?? query.length).toBeLessThanOrEqual(query.length)
      expect(performance.now() - started).toBeLessThan(5_000)
    }
    expect(maxQueryLength).toBe(4_000)
    expect(parseQuery('word '.repeat(2_000)).parts).toHaveLength(2_000)
  })
})
