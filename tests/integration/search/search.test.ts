import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RequestInput, SearchReply } from '../../../shared/contract/requests.ts'
import { ascending, openTestEngine, until, type TestEngine } from '../../harness/engine.ts'
import { sentence } from '../../harness/engine-files.ts'
import { seededRandom } from '../../harness/random.ts'

const modes = ['hybrid', 'vector', 'keyword'] as const

let engine: TestEngine
let folder: string

/** Notes on a few subjects, 360 of them, each with its number; some are tagged for filters of every width. */
const count = 360
const titleOf = (i: number): string => `Note ${String(i).padStart(3, '0')}`

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'akin-test-search-'))
  engine = await openTestEngine({ folder })
  const random = seededRandom(11)
  const sources = Array.from({ length: count }, (_, i) => ({
    type: 'text' as const,
    externalId: `n${i}`,
    title: titleOf(i),
    text: `${sentence(random)} A remark on the harbour, number ${i}. ${sentence(random)}`,
    publishedAt: new Date(Date.UTC(2020, 0, 1 + i)).toISOString(),
    tags: [...(i % 2 === 0 ? ['half'] : []), ...(i % 90 === 7 ? ['rare'] : []), ...(i === 5 ? ['single'] : [])],
  }))
  const special = [
    ['Phrases one', 'The old stone bridge was closed to lorries in May.'],
    ['Phrases two', 'A bridge of old stone, they said, and closed it.'],
    ['Phrases three', 'The old stone bridge carried nothing but sheep.'],
    ['Code dashed', 'Printer J-207 needs a new drum before Friday.'],
    ['Code plain', 'The drum of the J207 came today, in two boxes.'],
    ['Chinese', '我们去图书馆借了三本书。天气很好。'],
    ['Japanese', '東京都の図書館は月曜日に閉まっています。'],
    ['Gardening', 'Gardening in March: the gardener sows, the garden waits.'],
    [
      'Long',
      `${'Nothing of interest happened on the farm that day. '.repeat(120)}Then the comet came, and a lantern fell from the roof. ${'The cows were milked and the evening was quiet. '.repeat(120)}`,
    ],
    ['About tea', 'How to brew green tea: warm the pot, wait two minutes, pour slowly.'],
    ['About tyres', 'Mending a puncture: take the tube out, sand the rubber, glue the patch.'],
  ].map(([title, text]) => ({ type: 'text' as const, externalId: title!, title: title!, text: text! }))
  for (const some of [sources, special]) await engine.job((await engine.ask('documents.import', { sources: some })).jobId, 'done')
  await engine.settled()
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const search = (query: RequestInput<'search.query'>): Promise<SearchReply> => engine.ask('search.query', query)
const titles = ({ hits }: SearchReply): string[] => hits.map(({ title }) => title)

describe('filters', () => {
  it.each(modes)(
    'are held inside the search (%s): as many results as the filter lets through and the page takes',
    async (mode) => {
      const none = await search({ text: 'harbour tag:nowhere', mode })
      expect([none.hits, none.total, none.searched]).toEqual([[], 0, 0])
      const single = await search({ text: 'harbour tag:single', mode })
      expect([titles(single), single.searched]).toEqual([[titleOf(5)], 1])
      const rare = await search({ text: 'harbour', filter: { tags: ['rare'] }, mode })
      expect([titles(rare).toSorted(), rare.searched]).toEqual([[7, 97, 187, 277].map(titleOf), 4])
      const half = await search({ text: 'harbour tag:half', mode, limit: 50 })
      expect([half.hits.length, half.searched]).toEqual([50, count / 2])
      expect(half.hits.every(({ tags }) => tags.includes('half'))).toBe(true)
    },
  )

  it('of the text and beside it both hold', async () => {
    expect(titles(await search({ text: 'harbour tag:half', filter: { tags: ['rare'] } }))).toEqual([])
    expect(titles(await search({ text: 'harbour after:2020-03', filter: { before: '2020-03-03' } })).length).toBe(2)
  })

  it('without words list what they let through, newest first or oldest first', async () => {
    const newest = await search({ text: 'tag:rare' })
    expect(titles(newest)).toEqual([277, 187, 97, 7].map(titleOf))
    expect(newest).toMatchObject({ total: 4, verdict: 'strong', meaning: 'not-asked' })
    expect(titles(await search({ text: 'tag:rare', sort: 'oldest' }))).toEqual([7, 97, 187, 277].map(titleOf))
    expect(titles(await search({ text: 'tag:rare', offset: 1, limit: 2 }))).toEqual([187, 97].map(titleOf))
  })
})

describe('phrases and exclusions', () => {
  it.each(modes)('hold whatever the mode (%s)', async (mode) => {
    const phrase = await search({ text: '"old stone bridge"', mode })
    expect(titles(phrase).toSorted()).toEqual(['Phrases one', 'Phrases three'])
    const without = await search({ text: '"old stone bridge" -sheep', mode })
    expect(titles(without)).toEqual(['Phrases one'])
    const noStone = await search({ text: 'bridge -stone', mode, limit: 100 })
    expect(titles(noStone).filter((title) => title.startsWith('Phrases'))).toEqual([])
    const both = await search({ text: 'bridge -"closed to lorries" -"of old stone"', mode, limit: 100 })
    expect(titles(both).filter((title) => title.startsWith('Phrases'))).toEqual(['Phrases three'])
    const mixed = await search({ text: 'bridge -sheep -"closed to lorries"', mode, limit: 100 })
    expect(titles(mixed).filter((title) => title.startsWith('Phrases'))).toEqual(['Phrases two'])
  })

  it('by meaning leave what has none of the words, as long as nothing is excluded from it', async () => {
    const reply = await search({ text: 'preparing a hot drink -coffee', mode: 'vector' })
    expect(titles(reply)[0]).toBe('About tea')
    expect(reply.hits.length).toBe(20)
  })

  it('alone leave everything else', async () => {
    const reply = await search({ text: '-harbour', limit: 100 })
    expect(reply.total).toBe(11)
    expect(titles(reply)).not.toContain(titleOf(5))
    expect((await search({ text: 'tag:half -harbour' })).total).toBe(0)
    expect((await search({ text: '-"stone bridge" -harbour' })).total).toBe(9)
    expect(titles(await search({ text: '-harbour', offset: 9, limit: 100 }))).toHaveLength(2)
  })

  it('of nothing but signs count for nothing', async () => {
    expect(titles(await search({ text: 'tea "—" -…' }))).toContain('About tea')
    expect((await search({ text: 'a hot drink "!!!"', mode: 'vector' })).hits).toHaveLength(20)
  })
})

describe('words', () => {
  it.each(['hybrid', 'keyword'] as const)('are found as they are typed (%s)', async (mode) => {
    expect(titles(await search({ text: 'gard*', mode }))[0]).toBe('Gardening')
    for (const code of ['J-207', 'J207']) {
      const reply = await search({ text: code, mode, limit: 2 })
      expect(titles(reply).toSorted()).toEqual(['Code dashed', 'Code plain'])
      expect(reply.words).toEqual([{ word: code, documents: 2 }])
      for (const { why, passage } of reply.hits) {
        expect(why.words).toMatchObject({ matched: [code], missing: [] })
        expect(passage.words).toHaveLength(1)
      }
    }
    expect(titles(await search({ text: '图书馆', mode }))[0]).toBe('Chinese')
    expect(titles(await search({ text: '図書館', mode }))[0]).toBe('Japanese')
  })

  it('say which of them matched and which did not, stop words apart, whatever stands beside them', async () => {
    const reply = await search({ text: 'the, tea zeppelin', mode: 'keyword' })
    expect(reply.words.map(({ word }) => word)).toEqual(['tea', 'zeppelin'])
    const [hit] = reply.hits
    expect(hit!.why.words).toMatchObject({ matched: ['tea'], missing: ['zeppelin'], rank: 1 })
    expect(
      hit!.passage.words.map(([start, end]) => hit!.passage.text.slice(start - hit!.passage.start, end - hit!.passage.start)),
    ).toEqual(['tea'])
  })

  it('that are a tag, an author or a source are matched as well', async () => {
    const reply = await search({ text: 'single', mode: 'keyword' })
    expect(reply.hits[0]).toMatchObject({ title: titleOf(5), why: { words: { matched: ['single'], missing: [] } } })
    const source = await search({ text: 'texts', mode: 'keyword', limit: 1 })
    expect(source.hits[0]!.why.words).toMatchObject({ matched: ['texts'], missing: [] })
  })

  it('are marked with places that slice to them, also far down in a long text', async () => {
    const reply = await search({ text: 'comets lantern' })
    const hit = reply.hits[0]!
    expect(hit.title).toBe('Long')
    const { text } = await engine.ask('documents.get', { id: hit.documentId })
    expect(hit.passage.words.map(([start, end]) => text.slice(start, end))).toEqual(['comet', 'lantern'])
    expect(text.slice(hit.passage.start, hit.passage.end)).toBe(hit.passage.text)
  })

  it('are never too many: a query as long as queries may be is answered, a longer one refused with what to do', async () => {
    const long = 'harbour remark number '.repeat(181).slice(0, 4_000)
    expect((await search({ text: long })).hits.length).toBe(20)
    const stars = Array.from({ length: 900 }, (_, i) => `${String.fromCharCode(97 + (i % 26))}${i % 10}*`)
      .join(' ')
      .slice(0, 4_000)
    expect((await search({ text: stars })).meaning).toBe('searched')
    const refused = await engine.refusal('search.query', { text: 'word '.repeat(20_000) })
    expect(refused).toMatchObject({ code: 'query-too-long' })
    expect(refused.advice).toContain('Shorten it')
  })
})

describe('what a reply says of a hit', () => {
  it('is a place in the library: the nearest of all is in its first hundredth, and shares grow down the page', async () => {
    const { hits } = await search({ text: 'mending a bicycle tyre', mode: 'vector', limit: 100 })
    expect(hits[0]!.title).toBe('About tyres')
    const shares = hits.map(({ why }) => why.meaning.topShare!)
    expect(shares[0]).toBeLessThanOrEqual(0.01)
    expect(shares).toEqual(ascending(shares))
    expect(shares.every((share) => share > 0 && share <= 1)).toBe(true)
    expect(hits.map(({ why }) => why.meaning.rank)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    const scores = hits.map(({ score }) => score)
    expect(scores).toEqual(ascending(scores).toReversed())
  })

  it('is sure of what is there and not of what is not', async () => {
    expect((await search({ text: 'how to brew green tea' })).verdict).toBe('strong')
    const nothing = await search({ text: 'visa application for Canada' })
    expect(['nothing', 'weak']).toContain(nothing.verdict)
    expect(nothing.confidence).toBeLessThan(0.5)
    expect((await search({ text: 'xqzzy', mode: 'keyword' })).verdict).toBe('nothing')
  })
})

describe('more like this and less like this', () => {
  it('move the query towards some documents and away from others', async () => {
    const ids = new Map([...(await engine.documents())].map(([title, { id }]) => [title, id]))
    const [tea, tyres] = [ids.get('About tea')!, ids.get('About tyres')!]
    const rankOf = async (query: Partial<RequestInput<'search.query'>>, id: number): Promise<number> =>
      (await search({ text: 'instructions', mode: 'vector', limit: 100, ...query })).hits.findIndex(
        ({ documentId }) => documentId === id,
      )
    expect(await rankOf({ moreLike: [tea] }, tea)).toBe(0)
    expect(await rankOf({ moreLike: [tyres] }, tyres)).toBe(0)
    const before = (await search({ text: 'instructions', mode: 'vector', limit: 100 })).hits.find(
      ({ documentId }) => documentId === tea,
    )!
    const after = (await search({ text: 'instructions', mode: 'vector', limit: 100, lessLike: [tea] })).hits.find(
      ({ documentId }) => documentId === tea,
    )
    expect(after?.why.meaning.score ?? -1).toBeLessThan(before.why.meaning.score!)
    expect(titles(await search({ text: '', moreLike: [tea] }))[0]).toBe('About tea')
  })
})

describe('pages and order', () => {
  it.each(modes)('do not overlap and leave nothing out (%s)', async (mode) => {
    const first = await search({ text: 'harbour', mode, limit: 100 })
    expect(first.total).toBe({ hybrid: first.total, vector: 200, keyword: count }[mode])
    const all: number[] = []
    for (let offset = 0; offset < first.total; offset += 70) {
      const page = await search({ text: 'harbour', mode, offset, limit: 70 })
      expect(page.hits.length).toBe(Math.min(70, first.total - offset))
      all.push(...page.hits.map(({ documentId }) => documentId))
    }
    expect(new Set(all).size).toBe(first.total)
    expect(all.slice(0, 100)).toEqual(first.hits.map(({ documentId }) => documentId))
    expect((await search({ text: 'harbour', mode, offset: first.total })).hits).toEqual([])
  })

  it.each(modes)('may be that of their dates (%s)', async (mode) => {
    for (const sort of ['newest', 'oldest'] as const) {
      const pages = [
        await search({ text: 'harbour', mode, sort, limit: 60 }),
        await search({ text: 'harbour', mode, sort, offset: 60, limit: 60 }),
      ]
      const dates = pages.flatMap(({ hits }) => hits.map(({ publishedAt, importedAt }) => publishedAt ?? importedAt))
      expect(dates).toHaveLength(120)
      expect(sort === 'newest' ? dates.toReversed() : dates).toEqual(dates.toSorted())
      expect(new Set(pages.flatMap(({ hits }) => hits.map(({ documentId }) => documentId))).size).toBe(120)
    }
  })

  it('by date looks through everything that has the words', async () => {
    const oldest = await search({ text: 'harbour', mode: 'keyword', sort: 'oldest', limit: 3 })
    expect(titles(oldest)).toEqual([0, 1, 2].map(titleOf))
    expect(oldest.total).toBe(count)
  })
})

describe('what the person changes', () => {
  it.each(modes)('is seen by the next search: the trash at once (%s)', async (mode) => {
    const [hit] = (await search({ text: 'puncture repair', mode })).hits
    expect(hit!.title).toBe('About tyres')
    await engine.ask('documents.trash', { ids: [hit!.documentId] })
    const after = await search({ text: 'puncture repair', mode, limit: 100 })
    expect(titles(after)).not.toContain('About tyres')
    expect((await engine.ask('similar.find', { to: { text: 'mending a tyre' } })).hits.map(({ title }) => title)).not.toContain(
      'About tyres',
    )
    await engine.ask('documents.restore', { ids: [hit!.documentId] })
    await until('it is back', async () =>
      titles(await search({ text: 'puncture repair', mode })).includes('About tyres') ? true : undefined,
    )
  })

  it('is seen by the next search: a tag as a filter at once, as a word soon', async () => {
    const id = await engine.idOf('About tea')
    await engine.ask('documents.update', { ids: [id], addTags: ['kettlecorner'] })
    expect(titles(await search({ text: 'tag:kettlecorner' }))).toEqual(['About tea'])
    expect(titles(await search({ text: 'drink tag:kettlecorner' }))).toEqual(['About tea'])
    await until('the word is found', async () =>
      (await search({ text: 'kettlecorner', mode: 'keyword' })).total === 1 ? true : undefined,
    )
    await engine.ask('documents.update', { ids: [id], removeTags: ['kettlecorner'], isStarred: true })
    expect((await search({ text: 'tag:kettlecorner' })).total).toBe(0)
    expect(titles(await search({ text: 'drink is:starred' }))).toEqual(['About tea'])
    await engine.ask('documents.update', { ids: [id], isStarred: false })
    expect((await search({ text: 'drink is:starred' })).total).toBe(0)
  })
})

describe('suggestions for a filter', () => {
  it('are its values with how many items each would leave, those that begin so first', async () => {
    const text = 'harbour tag:'
    const all = await engine.ask('search.suggest', { text, caret: text.length })
    expect(all).toMatchObject({ key: 'tag', start: text.length, end: text.length })
    expect(all.values).toEqual([
      { value: 'half', count: 180 },
      { value: 'rare', count: 4 },
      { value: 'single', count: 1 },
    ])
    const typed = await engine.ask('search.suggest', { text: 'tag:ra harbour', caret: 6 })
    expect(typed).toEqual({ start: 4, end: 6, key: 'tag', values: [{ value: 'rare', count: 4 }] })
    const within = await engine.ask('search.suggest', { text: 'tag:rare tag:', caret: 13 })
    expect(within.values.find(({ value }) => value === 'half')).toBeUndefined()
    expect(
      (await engine.ask('search.suggest', { text: 'is:', caret: 3 })).values.find(({ value }) => value === 'unread')!.count,
    ).toBe(371)
    expect(await engine.ask('search.suggest', { text: 'harbour', caret: 7 })).toMatchObject({ key: null, values: [] })
  })
})

describe('passages and sentences', () => {
  it('are the best ones of one document for the query, without the same text twice', async () => {
    const id = await engine.idOf('Long')
    const { text } = await engine.ask('documents.get', { id })
    for (const mode of modes) {
      const { passages } = await engine.ask('search.passages', { text: 'comet lantern', documentId: id, mode, limit: 50 })
      expect(passages[0]!.text).toContain('comet')
      for (const passage of passages) expect(text.slice(passage.start, passage.end)).toBe(passage.text)
      const starts = passages.map(({ start }) => start)
      expect(new Set(starts).size).toBe(starts.length)
    }
    const { passages } = await engine.ask('search.passages', { text: 'cows milked', documentId: id, mode: 'keyword', limit: 3 })
    expect(passages).toHaveLength(3)
  })

  it('have the sentence nearest in meaning within each passage', async () => {
    const { passage, documentId } = (await search({ text: 'something in the night sky' })).hits.find(
      ({ title }) => title === 'Long',
    )!
    const { text } = await engine.ask('documents.get', { id: documentId })
    const { spans } = await engine.ask('search.sentences', {
      text: 'something in the night sky',
      passages: [
        { documentId, start: passage.start, end: passage.end },
        { documentId, start: 0, end: 4 },
        { documentId: 999_999, start: 0, end: 10 },
      ],
    })
    expect(spans[0]![0]).toBeGreaterThanOrEqual(passage.start)
    expect(text.slice(...spans[0]!)).toMatch(/^[A-Z].*\.$/)
    expect(spans.slice(1)).toEqual([null, null])
  })
})

describe('what is like a document', () => {
  it('is what is like a text, or one of its passages', async () => {
    const byText = await engine.ask('similar.find', { to: { text: 'warm the pot and pour the tea' }, limit: 3 })
    expect(byText.hits[0]!.title).toBe('About tea')
    expect(byText).toMatchObject({ state: 'ready', nearlySame: [], hidden: 0 })
    const id = await engine.idOf('Long')
    const { text } = await engine.ask('documents.get', { id })
    const start = text.indexOf('Then the comet')
    const byPassage = await engine.ask('similar.find', { to: { documentId: id, start, end: start + 60 }, limit: 5 })
    expect(byPassage.hits.map(({ documentId }) => documentId)).not.toContain(id)
    expect(byPassage.hits).toHaveLength(5)
    expect(await engine.ask('similar.find', { to: { text: '…' } })).toMatchObject({ state: 'empty', hits: [] })
    expect((await engine.refusal('similar.find', { to: { documentId: 999_999 } })).code).toBe('not-found')
    expect((await engine.refusal('similar.find', { to: { text: '' } })).code).toBe('bad-request')
  })

  it('stays within a filter, and is as much as is asked for', async () => {
    const id = await engine.idOf('About tea')
    const rare = await engine.ask('similar.find', { to: { documentId: id }, filter: { tags: ['rare'] }, limit: 10 })
    expect(rare.hits.map(({ title }) => title).toSorted()).toEqual([7, 97, 187, 277].map(titleOf))
    expect((await engine.ask('similar.find', { to: { documentId: id }, limit: 100 })).hits).toHaveLength(100)
    expect((await engine.ask('similar.find', { to: { documentId: id }, filter: { tags: ['nowhere'] } })).hits).toEqual([])
  })

  it('leaves out what was hidden, from both sides, until it is brought back', async () => {
    const ids = new Map([...(await engine.documents())].map(([title, { id }]) => [title, id]))
    const [one, three] = [ids.get('Phrases one')!, ids.get('Phrases three')!]
    const kin = async (documentId: number): Promise<number[]> => {
      const { hits, nearlySame } = await engine.ask('similar.find', { to: { documentId }, limit: 20 })
      return [...hits, ...nearlySame].map((hit) => hit.documentId)
    }
    expect(await kin(one)).toContain(three)
    const { undoId } = await engine.ask('similar.hide', { documentId: one, otherId: three })
    expect(await kin(one)).not.toContain(three)
    expect(await kin(three)).not.toContain(one)
    expect((await engine.ask('similar.find', { to: { documentId: one } })).hidden).toBe(1)
    await engine.ask('library.undo', { undoId: undoId! })
    expect(await kin(one)).toContain(three)
    await engine.ask('similar.hide', { documentId: one, otherId: three })
    expect(await engine.ask('similar.unhide', { documentId: three })).toEqual({ restored: 1 })
    expect(await kin(one)).toContain(three)
  })
})

describe('a rebuild', () => {
  it('does not keep searches from their answers', async () => {
    const before = await search({ text: 'how to brew tea', limit: 5 })
    let searches = 0
    let jobId = 0
    // One rebuild may be over before the second search: as many as it takes for some to fall within one
    for (let rebuild = 0; rebuild < 30 && searches < 10; rebuild++) {
      jobId = (await engine.ask('index.rebuild', { part: 'all' })).jobId
      for (let isDone = false; !isDone;) {
        const reply = await search({ text: 'how to brew tea', limit: 5 })
        expect(titles(reply)[0]).toBe('About tea')
        expect(reply.meaning).toBe('searched')
        isDone = (await engine.ask('jobs.get', { id: jobId })).job.state === 'done'
        // Answered while the rebuild was still under way
        if (!isDone) searches++
      }
    }
    expect(searches).toBeGreaterThan(1)
    const { job } = await engine.ask('jobs.get', { id: jobId })
    expect(job.completed).toBe(job.total)
    expect(job.completed).toBeGreaterThan(count)
    const after = await search({ text: 'how to brew tea', limit: 5 })
    expect(after.hits.map(({ documentId }) => documentId)).toEqual(before.hits.map(({ documentId }) => documentId))
    // What scores are measured against is a sample, drawn anew
    for (const [i, { score }] of after.hits.entries()) expect(score).toBeCloseTo(before.hits[i]!.score, 1)
  })
})
