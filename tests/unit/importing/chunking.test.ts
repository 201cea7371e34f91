import { describe, expect, it } from 'vitest'
import { chunkText, defaultChunkOptions, type Chunkable, type ChunkOptions } from '../../../engine/importing/chunking.ts'
import { ContentBuilder } from '../../../engine/importing/content-builder.ts'
import type { TokenCounter } from '../../../engine/importing/token-counter.ts'
import type { ChunkDraft } from '../../../engine/library/library-store.ts'
import { seededRandom, type Random } from '../../harness/random.ts'

/** One token for each word, so that sizes can be counted by eye. */
const wordCounter: TokenCounter = {
  count: (text) => (text.match(/\S+/g)?.length ?? 0) + 2,
  units: (text) => {
    const words = [...text.matchAll(/\S+/g)]
    const ones = new Uint16Array(words.length).fill(1)
    return {
      count: words.length,
      starts: Int32Array.from(words, ({ index }) => index),
      ends: Int32Array.from(words, ({ 0: word, index }) => index + word.length),
      tokens: ones,
      costs: ones,
      hasCutWords: false,
    }
  },
}

const options: ChunkOptions = { singleChunkTokens: 42, windowTokens: 22, overlapTokens: 6 }

type BlockText = string | { heading: string; level?: 1 | 2 | 3 } | { code: string } | { page: number }

function documentOf(blocks: readonly BlockText[], title = ''): Chunkable {
  const builder = new ContentBuilder()
  for (const block of blocks) {
    if (typeof block === 'string') builder.block({ type: 'paragraph' }, block)
    else if ('heading' in block) builder.block({ type: 'heading', level: block.level ?? 2 }, block.heading)
    else if ('code' in block) builder.block({ type: 'code', language: null }, block.code)
    else builder.page(block.page)
  }
  return { title, ...builder.finish() }
}

const words = (count: number, name = 'w'): string => Array.from({ length: count }, (_, index) => `${name}${index}`).join(' ')
const sentences = (count: number, length: number, name = 's'): string =>
  Array.from({ length: count }, (_, index) =>
    `${words(length, `${name}${index}x`)}.`.replace(/^./, (first) => first.toUpperCase()),
  ).join(' ')

const textsOf = ({ text }: Chunkable, chunks: readonly ChunkDraft[]): string[] =>
  chunks.map(({ start, end }) => text.slice(start, end))

/** What every list of chunks has to hold, whatever the text. */
function problemsOf({ text }: Chunkable, chunks: readonly ChunkDraft[]): string[] {
  const problems: string[] = []
  let covered = 0
  let before = -1
  for (const { start, end } of chunks) {
    const span = text.slice(start, end)
    if (start <= before) problems.push(`begins at ${start}, not after ${before}`)
    if (end <= covered) problems.push(`adds nothing at ${start}`)
    if (span.trim() === '' || span !== span.trim()) problems.push(`blank or untrimmed at ${start}`)
    if (!span.isWellFormed()) problems.push(`splits a surrogate pair at ${start}`)
    if (text.slice(covered, start).trim() !== '') problems.push(`leaves out ${covered} to ${start}`)
    covered = Math.max(covered, end)
    before = start
  }
  if (text.slice(covered).trim() !== '') problems.push(`leaves out the end from ${covered}`)
  return problems
}

describe('chunkText', () => {
  it('keeps a short text whole and gives none for an empty one', () => {
    const document = documentOf([words(20), words(18)], 'T')
    expect(chunkText(document, wordCounter, options)).toEqual([
      { start: 0, end: document.text.length, tokenCount: 40, headings: [], page: null },
    ])
    expect(chunkText(documentOf([]), wordCounter, options)).toEqual([])
  })

  it('counts the title in, unless the text begins with it', () => {
    expect(chunkText(documentOf([words(40)]), wordCounter, options)).toHaveLength(1)
    expect(chunkText(documentOf([words(40)], 'A title'), wordCounter, options).length).toBeGreaterThan(1)
    expect(chunkText(documentOf([words(40)], 'w0 w1'), wordCounter, options)).toHaveLength(1)
  })

  it('cuts longer texts into windows that overlap', () => {
    const document = documentOf([words(100)])
    const chunks = chunkText(document, wordCounter, options)
    expect(chunks.map(({ tokenCount }) => tokenCount)).toEqual([22, 22, 22, 22, 22, 22, 18])
    expect(textsOf(document, chunks)[1]).toBe(words(34).split(' ').slice(14).join(' '))
    expect(problemsOf(document, chunks)).toEqual([])
  })

  it('makes the first window smaller by the title, but never by more than half', () => {
    const [first] = chunkText(documentOf([words(100)], words(4, 't')), wordCounter, options)
    expect(first!.tokenCount).toBe(18)
    const [half] = chunkText(documentOf([words(100)], words(60, 't')), wordCounter, options)
    expect(half!.tokenCount).toBe(12)
  })

  it('ends at a paragraph in the last quarter, else at a sentence there, else at a word', () => {
    const paragraph = documentOf([`${words(15)}.`, `${words(3, 'x')}.`, words(60)])
    expect(textsOf(paragraph, chunkText(paragraph, wordCounter, options))[0]).toMatch(/x2\.$/)
    const sentence = documentOf([`${words(16)}. ${words(80, 'Next')}`])
    expect(textsOf(sentence, chunkText(sentence, wordCounter, options))[0]).toMatch(/w15\.$/)
    const none = documentOf([`${words(8)}. ${words(80, 'Next')}`])
    expect(textsOf(none, chunkText(none, wordCounter, options))[0]).toMatch(/Next11$/)
  })

  it('begins at a sentence near the overlap it wants', () => {
    const document = documentOf([sentences(20, 5)])
    for (const span of textsOf(document, chunkText(document, wordCounter, options))) expect(span).toMatch(/^S\d+x0/)
  })

  it('does not end with a heading', () => {
    const document = documentOf([words(17), { heading: 'Head one' }, words(18, 'a'), { heading: 'Head two' }, words(60, 'b')])
    const chunks = chunkText(document, wordCounter, options)
    for (const span of textsOf(document, chunks)) expect(span).not.toMatch(/Head (?:one|two)$/)
    expect(problemsOf(document, chunks)).toEqual([])
  })

  it('gives headings without text a chunk all the same', () => {
    const document = documentOf(Array.from({ length: 60 }, (_, index) => ({ heading: `Heading number ${index}` })))
    expect(problemsOf(document, chunkText(document, wordCounter, options))).toEqual([])
  })

  it('says under which headings and on which page a chunk begins', () => {
    const document = documentOf([
      { page: 1 },
      { heading: 'Part', level: 1 },
      words(20, 'a'),
      { heading: 'Section', level: 2 },
      words(30, 'b'),
      { page: 2 },
      { heading: 'Other part', level: 1 },
      words(30, 'c'),
    ])
    const chunks = chunkText(document, wordCounter, options)
    const placeOf = (word: string): unknown => {
      const { headings, page } = chunks.findLast(({ start }) => start <= document.text.indexOf(word))!
      return { headings, page }
    }
    expect(placeOf('a0')).toEqual({ headings: ['Part'], page: 1 })
    expect(placeOf('b29')).toEqual({ headings: ['Part', 'Section'], page: 1 })
    expect(placeOf('c29')).toEqual({ headings: ['Other part'], page: 2 })
  })

  it('counts the headings with which a chunk begins', () => {
    const [chunk] = chunkText(
      documentOf([{ heading: 'One', level: 1 }, { heading: 'Two', level: 2 }, 'Text']),
      wordCounter,
      options,
    )
    expect(chunk!.headings).toEqual(['One', 'Two'])
  })

  it('ends code at line ends', () => {
    const code = Array.from({ length: 40 }, (_, index) => `call${index}(a, b)`).join('\n')
    const document = documentOf([{ code }])
    for (const span of textsOf(document, chunkText(document, wordCounter, options)))
      expect(span).toMatch(/^call\d+\(a,[\s\S]*b\)$/)
  })

  it('has the sizes that were measured', () => {
    expect(defaultChunkOptions).toMatchObject({ windowTokens: 128, overlapTokens: 32 })
  })
})

const scripts = [
  'The quick brown fox jumps over the lazy dog',
  'Der schnelle Fuchs springt über den faulen Hund',
  'Быстрая лиса прыгает через ленивую собаку',
  '今天天气很好我们去公园散步',
  'สวัสดีครับวันนี้อากาศดี',
  'مرحبا بالعالم اليوم جميل',
  '안녕하세요 오늘 날씨가 좋네요',
  '😀👨‍👩‍👧🇩🇪 emoji',
  'x'.repeat(300),
]
const ends = ['.', '!', '。', '？', '…', '', ',', '.\n']

function randomDocument(random: Random): Chunkable {
  const sentence = (): string => {
    const parts = Array.from({ length: random.int(1, 6) }, () =>
      random.pick(scripts[random.int(0, scripts.length - 1)]!.split(' ')),
    )
    return parts.join(random.chance(0.9) ? ' ' : '  ') + random.pick(ends)
  }
  const blocks = Array.from({ length: random.int(1, 30) }, (): BlockText => {
    if (random.chance(0.15)) return { heading: sentence(), level: random.pick([1, 2, 3] as const) }
    if (random.chance(0.1)) return { code: Array.from({ length: random.int(1, 12) }, sentence).join('\n') }
    return Array.from({ length: random.int(1, 12) }, sentence).join(random.chance(0.8) ? ' ' : '')
  })
  return documentOf(blocks, random.chance(0.5) ? sentence() : '')
}

describe('chunkText on random texts in many scripts', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed + 1))('covers the text in order, seed %i', (seed) => {
    const random = seededRandom(seed)
    const document = randomDocument(random)
    const windowTokens = random.int(3, 40)
    const sizes = { singleChunkTokens: random.int(3, 60), windowTokens, overlapTokens: random.int(0, windowTokens) }
    const chunks = chunkText(document, wordCounter, sizes)
    expect(problemsOf(document, chunks)).toEqual([])
    const most = Math.max(sizes.singleChunkTokens, windowTokens)
    expect(Math.max(...chunks.map(({ tokenCount }) => tokenCount))).toBeLessThanOrEqual(most)
  })
})
