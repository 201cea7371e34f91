import { copyFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { useEngines, type TestEngine } from '../../harness/engine.ts'
import { hasModels, importModel, inState, miniLm } from './use-spaces.ts'

const { open } = useEngines()

const texts = {
  'The harbour': 'The harbour was empty when the ferry came in at night.',
  'The garden': 'Tomatoes want water in the morning and sun all day.',
  'The choir': 'The altos went flat in the last bar, as they always do.',
  'The bank': 'A standing order moves the rent on the first of the month.',
}
const titles = Object.keys(texts)
const next = (title: string): string => titles[(titles.indexOf(title) + 1) % titles.length]!

async function first(engine: TestEngine, text: string, spaceId: number): Promise<string> {
  const { hits, meaning } = await engine.ask('search.query', { text, mode: 'vector', spaceId })
  expect(meaning).toBe('searched')
  return hits[0]!.title
}

/** What each text finds first in a space: itself, unless its vectors were moved. */
async function found(engine: TestEngine, spaceId: number): Promise<string[]> {
  const all: string[] = []
  for (const title of titles) all.push(await first(engine, texts[title as keyof typeof texts], spaceId))
  return all
}

/** In one space every passage gets the vector of the one before it: whoever takes a vector of the other space is seen. */
function moveVectors(library: string, spaceId: number): void {
  const database = new DatabaseSync(join(library, 'library.db'))
  const rows = database.prepare(`SELECT chunk_id, vector FROM vectors_${spaceId} ORDER BY chunk_id`).all()
  expect(rows).toHaveLength(titles.length)
  const update = database.prepare(`UPDATE vectors_${spaceId} SET vector = ? WHERE chunk_id = ?`)
  for (const [index, { vector }] of rows.entries())
    update.run(vector as Uint8Array, rows[(index + 1) % rows.length]!['chunk_id'] as number)
  database.close()
}

describe.runIf(hasModels)('two spaces of the same dimension', () => {
  it('never answer with a vector of the other: not from the store, not from an index, not with the other’s model', async () => {
    const before = await open()
    for (const [title, text] of Object.entries(texts)) await before.importTexts({ [title]: text })
    await before.settled()
    const modelBytes = async (): Promise<number> =>
      (await before.ask('library.disk', {})).parts.find(({ part }) => part === 'model')!.bytes
    const bytesBefore = await modelBytes()
    const modelId = await importModel(before, miniLm)
    expect((await modelBytes()) - bytesBefore).toBeGreaterThan(23_000_000)
    const own = (await before.ask('spaces.list', {})).spaces[0]!.id
    const { id: other, dimension } = await before.ask('spaces.add', { recipe: { type: 'local', modelId } })
    expect(dimension).toBe(384)
    await inState(before, other)
    for (const id of [own, other]) expect(await found(before, id)).toEqual(titles)
    await before.close()

    const index = join(before.folder, 'index')
    for (const name of readdirSync(index)) if (name.startsWith(`vectors-${other}`)) rmSync(join(index, name), { recursive: true })
    moveVectors(before.folder, other)
    // The index of one, put where that of the other would be
    for (const name of readdirSync(index).filter((one) => one.startsWith(`vectors-${own}.`)))
      copyFileSync(join(index, name), join(index, name.replace(`vectors-${own}.`, `vectors-${other}.`)))

    const after = await open({ folder: before.folder })
    expect(await found(after, own)).toEqual(titles)
    expect(await found(after, other)).toEqual(titles.map(next))
    // Kin, the comparison and the sides that change: each by its own
    const id = await after.idOf('The harbour')
    const nearest = async (spaceId: number): Promise<string[]> => {
      const { hits } = await after.ask('similar.find', { to: { text: texts['The harbour'] }, spaceId })
      return hits.map((hit) => hit.title)
    }
    expect((await nearest(own))[0]).toBe('The harbour')
    expect((await nearest(other))[0]).toBe(next('The harbour'))
    const { lists } = await after.ask('spaces.compare', { text: texts['The harbour'], ids: [own, other], limit: 1 })
    expect(lists.map(({ hits }) => hits[0]!.title)).toEqual(['The harbour', next('The harbour')])
    await after.ask('spaces.use', { id: other })
    const byDefault = await after.ask('search.query', { text: texts['The harbour'], mode: 'vector' })
    expect(byDefault.hits[0]!.title).toBe(next('The harbour'))
    expect(await first(after, texts['The harbour'], own)).toBe('The harbour')
    // What is read anew is right again in both, and nothing else is
    const { jobId } = await after.ask('documents.reindex', { ids: [id] })
    await after.job(jobId)
    await after.settled()
    for (const space of [own, other]) await inState(after, space)
    expect(await first(after, texts['The harbour'], other)).toMatch(/The harbour|The garden/)
    expect(await first(after, texts['The choir'], other)).toBe(next('The choir'))
  })
})
