import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestEngine, useEngines, type TestEngine } from '../../harness/engine.ts'
import { sentence } from '../../harness/engine-files.ts'
import { EngineProcess } from '../../harness/engine-process.ts'
import { flipByte } from '../../harness/flip-byte.ts'
import { seededRandom } from '../../harness/random.ts'

const { open } = useEngines()
const queries = ['the harbour wall', 'who lost a letter', 'bicycles in spring', '"at noon" -ferry', 'recipe']

let base: string
/** A library that was closed in order, and one whose engine was killed: part of its words are in the log only. */
let closed: string
let killed: string
let expected: unknown
const figures: Record<string, number> = {}

async function answers(engine: TestEngine): Promise<unknown> {
  const all: unknown[] = []
  for (const text of queries) {
    for (const mode of ['hybrid', 'vector', 'keyword'] as const) {
      const { hits, total } = await engine.ask('search.query', { text, mode, limit: 10 })
      all.push([text, mode, total, hits.map(({ documentId, score }) => [documentId, Math.round(score * 100)])])
    }
  }
  return all
}

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'akin-test-damage-'))
  ;[closed, killed] = [join(base, 'closed'), join(base, 'killed')]
  const random = seededRandom(21)
  const texts = (from: number, count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`Piece ${from + i}`, `${sentence(random)} ${sentence(random)}`]))
  const engine = await openTestEngine({ folder: closed })
  await engine.importTexts(texts(0, 30))
  await engine.settled()
  await engine.close()
  // The second half is embedded, snapshotted as at any end, and its words lie in the log when the process is killed
  const process = new EngineProcess(closed)
  await process.opened
  await process.importTexts(texts(30, 30))
  await process.settled()
  await process.kill()
  cpSync(closed, killed, { recursive: true })
  const again = await openTestEngine({ folder: closed })
  await again.settled()
  expected = await answers(again)
  await again.close()
})
afterAll(() => {
  rmSync(base, { recursive: true, force: true })
  console.log(`flipped bytes: ${JSON.stringify(figures)}`)
})

const notes = {
  keywords: /^The keyword index was damaged\. It is built anew from the library, nothing is lost$/,
  vectors: /^The vector index was damaged\..* nothing is lost$/,
}

/** A copy of a library in which something is changed before an engine opens it. */
async function openDamaged(from: string, damage: (index: string) => void): Promise<TestEngine> {
  const folder = mkdtempSync(join(base, 'copy-'))
  cpSync(from, folder, { recursive: true })
  damage(join(folder, 'index'))
  const engine = await open({ folder })
  await engine.settled()
  return engine
}

const snapshotIn = (index: string): string =>
  join(
    index,
    readdirSync(index)
      .filter((name) => name.endsWith('.faiss'))
      .toSorted()
      .at(-1)!,
  )

describe('a library whose indexes are damaged', () => {
  it.each([
    ['the newest vector snapshot', (index: string) => snapshotIn(index), 'vectors'],
    ['the list of vector snapshots', (index: string) => join(index, 'vectors-1.json'), 'vectors'],
    ['the keyword index', (index: string) => join(index, 'keywords.db'), 'keywords'],
    ['the log of the keyword index', (index: string) => join(index, 'keywords.db-wal'), 'keywords'],
    ['the check sum of the keyword index', (index: string) => join(index, 'keywords.json'), 'keywords'],
  ] as const)('by a flipped byte in %s says so, makes it good, and answers as before', async (name, fileOf, which) => {
    const random = seededRandom(name.length)
    for (let round = 0; round < 2; round++) {
      const engine = await openDamaged(killed, (index) => {
        const file = fileOf(index)
        flipByte(file, random.int(0, statSync(file).size - 1))
      })
      const { indexes, documents } = await engine.ask('library.status', {})
      expect(indexes.notes).toEqual([expect.stringMatching(notes[which])])
      expect(documents).toBe(60)
      expect(await answers(engine)).toEqual(expected)
      expect(engine.told('engine.notice')).toEqual([])
      figures[name] = (figures[name] ?? 0) + 1
      await engine.close()
      // Told once: after the next start there is nothing to tell
      const again = await open({ folder: engine.folder })
      expect((await again.ask('library.status', {})).indexes.notes).toEqual([])
      await again.close()
    }
  })

  it('by cut files, and by files that are gone, is made good as well', async () => {
    const cut = await openDamaged(closed, (index) => {
      truncateSync(snapshotIn(index), 100)
      truncateSync(join(index, 'keywords.db'), 10_000)
    })
    expect((await cut.ask('library.status', {})).indexes.notes).toHaveLength(2)
    expect(await answers(cut)).toEqual(expected)
    const gone = await openDamaged(closed, (index) => rmSync(index, { recursive: true }))
    expect((await gone.ask('library.status', {})).indexes.notes).toEqual([])
    expect(await answers(gone)).toEqual(expected)
  })

  it('by nothing has nothing to say, though its engine was killed', async () => {
    const engine = await openDamaged(killed, () => undefined)
    expect((await engine.ask('library.status', {})).indexes.notes).toEqual([])
    expect(await answers(engine)).toEqual(expected)
  })
})

describe('what else lies in the library folder', () => {
  it('may be gone, or be nonsense: the address of the engine, the journal, the log', async () => {
    const folder = mkdtempSync(join(base, 'nonsense-'))
    cpSync(closed, folder, { recursive: true })
    for (const name of ['engine.json', 'engine.sock']) writeFileSync(join(folder, name), '{"socket": 7')
    rmSync(join(folder, 'logs'), { recursive: true })
    const engine = await open({ folder })
    expect((await engine.ask('library.status', {})).documents).toBe(60)
    expect(JSON.parse(readFileSync(join(folder, 'engine.json'), 'utf8'))).toMatchObject({ pid: process.pid })
    await engine.close()
    expect(existsSync(join(folder, 'engine.json'))).toBe(false)
  })
})
