import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FtsKeywordIndex } from '../../../engine/keywords/fts-keyword-index.ts'
import type { KeywordQuery, KeywordTerm } from '../../../engine/keywords/keyword-index.ts'
import { ascending } from '../../harness/engine.ts'
import { keywordProblems } from '../../harness/engine-check.ts'
import { seededRandom } from '../../harness/random.ts'
import { imported, noon, put, putOne } from '../library/builders.ts'
import { openTempLibrary } from '../library/temp-library.ts'

let library: Awaited<ReturnType<typeof openTempLibrary>>
let told: string[]
const opened: FtsKeywordIndex[] = []

beforeEach(async () => {
  library = await openTempLibrary()
  told = []
})
afterEach(async () => {
  for (const index of opened.splice(0)) await index.close()
  await library.cleanUp()
})

function openIndex(): FtsKeywordIndex {
  const folder = join(library.folder, 'index')
  const index = FtsKeywordIndex.open({ store: library.store, folder, onDamage: (message) => told.push(message) })
  opened.push(index)
  return index
}

async function closed(index: FtsKeywordIndex): Promise<void> {
  opened.splice(opened.indexOf(index), 1)
  await index.close()
}

async function followed(): Promise<FtsKeywordIndex> {
  const index = openIndex()
  await index.catchUp()
  return index
}

/** `garden`, `"two words"`, `gard*`, `-without`. */
function query(...typed: string[]): KeywordQuery {
  const terms = typed.map((one): KeywordTerm & { isExcluded: boolean } => {
    const isExcluded = one.startsWith('-')
    const text = isExcluded ? one.slice(1) : one
    if (text.startsWith('"')) return { text: text.slice(1, -1), type: 'phrase', isExcluded }
    return text.endsWith('*') ? { text: text.slice(0, -1), type: 'prefix', isExcluded } : { text, type: 'word', isExcluded }
  })
  return { terms: terms.filter(({ isExcluded }) => !isExcluded), excluded: terms.filter(({ isExcluded }) => isExcluded) }
}

async function found(index: FtsKeywordIndex, ...typed: string[]): Promise<number[]> {
  return (await index.search(query(...typed), { k: 100 })).hits.map(({ documentId }) => documentId)
}

describe('what is found by words', () => {
  it('is every document with one of the words, those with more of them and with rare ones first', async () => {
    const [both, rare, common] = await put(
      library.store,
      imported('A', 'The harbour was full of ferries and of smoke'),
      imported('B', 'One ferry, no more'),
      imported('C', 'A harbour in winter'),
      imported('D', 'A harbour in summer'),
      ...Array.from({ length: 5 }, (_, i) => imported(`E${i}`, `Nothing of the kind ${i}`)),
    )
    const index = await followed()
    expect((await found(index, 'harbours', 'ferry')).slice(0, 2)).toEqual([both, rare])
    expect(await found(index, 'harbour', 'ferry')).toContain(common)
    expect(await found(index, 'zeppelin')).toEqual([])
  })

  it('does not go away when a word is added that no document has, however common the others are', async () => {
    const [one, two] = await put(
      library.store,
      imported('A', 'the garden gate'),
      imported('B', 'a garden path'),
      imported('C', 'rain'),
    )
    const index = await followed()
    expect(await found(index, 'garden', 'xyzzy')).toEqual(expect.arrayContaining([one, two]))
    expect((await index.search(query('garden', 'xyzzy'), { k: 10 })).terms).toEqual([
      { text: 'garden', documents: 2, isStopWord: false },
      { text: 'xyzzy', documents: 0, isStopWord: false },
    ])
  })

  it('has the phrase word for word, and not what is excluded', async () => {
    const [gate, garden, rain] = await put(
      library.store,
      imported('A', 'the old garden gate stood open'),
      imported('B', 'the gate of the old garden'),
      imported('C', 'rain over the old garden gate'),
    )
    const index = await followed()
    expect(ascending(await found(index, '"old garden gate"'))).toEqual([gate, rain])
    expect(await found(index, '"old garden gate"', '-rain')).toEqual([gate])
    expect(await found(index, 'garden', '-"garden gate"')).toEqual([garden])
    expect(await found(index, '-rain')).toEqual([])
  })

  it('is a word typed half, by whatever the word is reduced to', async () => {
    const [one, two, three] = await put(
      library.store,
      imported('A', 'she gardens'),
      imported('B', 'gardening again'),
      imported('C', 'a gardener of note'),
      imported('D', 'guard the gate'),
    )
    const index = await followed()
    for (const typed of ['gard*', 'garden*']) expect(ascending(await found(index, typed))).toEqual([one, two, three])
    expect(await found(index, 'gardeni*')).toContain(two)
    expect(await found(index, 'zz*')).toEqual([])
  })

  it('is a code with and without its separators', async () => {
    const [dashed, plain] = await put(
      library.store,
      imported('A', 'Printer J-207 jams'),
      imported('B', 'Printer J207 again'),
      imported('C', '207'),
    )
    const index = await followed()
    for (const typed of ['J-207', 'J207', 'j-207']) expect(ascending(await found(index, typed))).toEqual([dashed, plain])
  })

  it('is any two characters of a script without spaces', async () => {
    const [tokyo, other] = await put(
      library.store,
      imported('A', '東京都の図書館へ行く'),
      imported('B', '京都の古い寺'),
      imported('C', '大阪'),
    )
    const index = await followed()
    expect(await found(index, '図書館')).toEqual([tokyo])
    expect(ascending(await found(index, '京都'))).toEqual([tokyo, other])
  })

  it('may be a thing in the title, a tag, the author or the source', async () => {
    const id = await putOne(library.store, 'Minutes', 'Nothing here', {
      author: 'Ida Brandt',
      tags: ['allotment'],
      source: { label: 'Archive/2024' },
    })
    await putOne(library.store, 'Other', 'Nothing there')
    const index = await followed()
    for (const typed of ['minutes', 'Brandt', 'allotment', 'archive']) expect(await found(index, typed)).toEqual([id])
  })

  it('stays within the documents that are allowed, and k of them come when there are k', async () => {
    const ids = await put(
      library.store,
      ...Array.from({ length: 300 }, (_, i) => imported(`N${i}`, `a note about the harbour, number ${i}`)),
    )
    const index = await followed()
    const rare = Float64Array.from(ids.filter((_, i) => i % 60 === 59))
    const { hits, total } = await index.search(query('harbour'), { k: 5, within: rare })
    expect(hits.map(({ documentId }) => documentId).toSorted((a, b) => a - b)).toEqual([...rare])
    expect(total).toBe(5)
    expect((await index.search(query('harbour'), { k: 20, within: new Float64Array(0) })).hits).toEqual([])
    expect((await index.search(query('harbour'), { k: 20 })).total).toBe(300)
  })

  it('comes in one order however many are asked for', async () => {
    await put(library.store, ...Array.from({ length: 60 }, (_, i) => imported(`N${i}`, `harbour ${i}`)))
    const index = await followed()
    const all = (await index.search(query('harbour'), { k: 60 })).hits
    for (const k of [1, 7, 30]) expect((await index.search(query('harbour'), { k })).hits).toEqual(all.slice(0, k))
  })

  it('scores documents that were found otherwise by the same scale', async () => {
    const ids = await put(library.store, imported('A', 'harbour and ferry'), imported('B', 'harbour'), imported('C', 'rain'))
    const index = await followed()
    const { hits } = await index.search(query('harbour', 'ferry'), { k: 10 })
    const scores = await index.scores(query('harbour', 'ferry'), Float64Array.from(ids))
    expect(ascending(scores.keys())).toEqual(ids.slice(0, 2))
    for (const hit of hits) {
      expect(scores.get(hit.documentId)).toEqual(hit)
      expect(hit.score).toBeGreaterThan(0)
      expect(hit.score).toBeLessThanOrEqual(1)
    }
  })

  it('survives every query that can be typed', async () => {
    await put(library.store, imported('A', 'harbour'), imported('B', 'ferry'))
    const index = await followed()
    const random = seededRandom(7)
    const pieces = [
      '"',
      "'",
      '*',
      '(',
      ')',
      'AND',
      'NOT',
      'NEAR',
      '^',
      ':',
      '-',
      '\u0000',
      '{',
      '}',
      'harbour',
      'col',
      '😀',
      '\uD800',
      'é',
      '東',
      ' ',
    ]
    for (let i = 0; i < 300; i++) {
      const text = Array.from({ length: random.int(1, 8) }, () => random.pick(pieces)).join('')
      const type = random.pick(['word', 'phrase', 'prefix'] as const)
      await index.search({ terms: [{ text, type }], excluded: random.chance(0.3) ? [{ text, type: 'word' }] : [] }, { k: 10 })
    }
    const many: KeywordTerm[] = Array.from({ length: 2_000 }, (_, i) => ({
      text: `w${i}`,
      type: i % 2 === 0 ? 'word' : 'prefix',
    }))
    expect(
      (await index.search({ terms: [...many, { text: 'harbour', type: 'word' }], excluded: many.slice(0, 500) }, { k: 10 }))
        .total,
    ).toBe(1)
  })
})

describe('following the store', () => {
  it('takes up what changed, and lets go of what is gone', async () => {
    const index = await followed()
    const [kept, gone] = await put(library.store, imported('Kept', 'harbour'), imported('Gone', 'harbour and ferry'))
    await index.catchUp()
    expect(index.size).toBe(2)
    await library.store.documents.update([kept!], { addTags: ['winter'] }, noon)
    await library.store.documents.trash([gone!], noon)
    await library.store.documents.putImported([imported('Kept', 'lighthouse')])
    await index.catchUp()
    expect(await found(index, 'harbour')).toEqual([])
    expect(await found(index, 'lighthouse')).toEqual([kept])
    expect(await found(index, 'winter')).toEqual([kept])
    await library.store.documents.restore([gone!])
    await index.catchUp()
    expect(await found(index, 'ferry')).toEqual([gone])
    expect(index.sequence).toBe(await library.store.changes.last())
  })

  it('goes on where it was after the next start', async () => {
    await put(library.store, imported('A', 'harbour'))
    await closed(await followed())
    await put(library.store, imported('B', 'ferry'))
    const index = openIndex()
    expect(await found(index, 'harbour')).toHaveLength(1)
    await index.catchUp()
    expect(await found(index, 'ferry')).toHaveLength(1)
    expect(told).toEqual([])
  })

  it('begins anew when the changes it needs are forgotten', async () => {
    const [one] = await put(library.store, imported('A', 'harbour'))
    await closed(await followed())
    await library.store.documents.trash([one!], noon)
    await put(library.store, imported('B', 'ferry'))
    await library.store.changes.trim(await library.store.changes.last())
    const index = await followed()
    expect(await found(index, 'harbour')).toEqual([])
    expect(await found(index, 'ferry')).toHaveLength(1)
  })

  it('is the same as a new index after a rebuild, whatever changed while it ran', async () => {
    const random = seededRandom(3)
    const words = ['harbour', 'ferry', 'rain', 'garden', 'gate', 'winter', 'lantern', 'bridge']
    const text = (i: number): string => `${random.some(words, 3).join(' ')} number ${i} mark${i}x${random.int(0, 9_999)}`
    const ids = await put(library.store, ...Array.from({ length: 120 }, (_, i) => imported(`N${i}`, text(i))))
    const index = await followed()
    for (let round = 0; round < 4; round++) {
      const rebuilt = index.rebuild()
      for (let change = 0; change < 25; change++) {
        const i = random.int(0, ids.length - 1)
        const kind = random.next()
        if (kind < 0.2) await library.store.documents.trash([ids[i]!], noon)
        else if (kind < 0.4) await library.store.documents.restore([ids[i]!])
        else await library.store.documents.putImported([imported(`N${i}`, text(i))])
        void index.catchUp()
        if (random.chance(0.5)) await new Promise((resolve) => setImmediate(resolve))
      }
      await rebuilt
      await index.catchUp()
      expect(index.state).toBe('ready')
    }
    await closed(index)
    expect(await keywordProblems(library.store, library.folder)).toEqual([])
  })

  it('says that it is being rebuilt until it is, though changes are followed meanwhile', async () => {
    await put(library.store, ...Array.from({ length: 200 }, (_, i) => imported(`N${i}`, `harbour ${i}`)))
    const index = await followed()
    const states: string[] = []
    const rebuilt = index.rebuild({ onProgress: () => void states.push(index.state) })
    await put(library.store, imported('New', 'ferry'))
    await index.catchUp()
    expect(await found(index, 'harbour')).toHaveLength(100)
    await rebuilt
    expect(new Set(states)).toEqual(new Set(['rebuilding']))
    expect(index.state).toBe('ready')
    expect(await found(index, 'ferry')).toHaveLength(1)
  })

  it('is as it was when a rebuild is stopped, and nothing of the new one stays', async () => {
    await put(library.store, ...Array.from({ length: 200 }, (_, i) => imported(`N${i}`, `harbour ${i}`)))
    const index = await followed()
    const controller = new AbortController()
    const rebuilt = index.rebuild({ signal: controller.signal, onProgress: () => controller.abort(new Error('stopped')) })
    await expect(rebuilt).rejects.toThrow('stopped')
    expect(await found(index, 'harbour')).toHaveLength(100)
    expect(index.state).toBe('ready')
    expect(readdirSync(join(library.folder, 'index')).filter((name) => name.includes('new'))).toEqual([])
  })
})

describe('what a kill leaves behind', () => {
  it('is no rebuild that nobody needs any more', async () => {
    await closed(await followed())
    const leftovers = ['keywords.new.db', 'keywords.new.db-wal', 'keywords.new.db-shm', 'keywords.new.json']
    for (const name of leftovers) writeFileSync(join(library.folder, 'index', name), 'x')
    await followed()
    expect(leftovers.filter((name) => existsSync(join(library.folder, 'index', name)))).toEqual([])
  })
})
