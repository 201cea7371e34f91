import { spawn as spawnChild } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { measuredText } from '../../../engine/embedding/onnx/parallel-embedder.ts'
import type { ToInference } from '../../../engine/embedding/onnx/protocol.ts'
import { useEngines } from '../../harness/engine.ts'
import { watchedSpawn } from '../../harness/engine-spawn.ts'
import { gpt2Answers, hasModels, importModel, inState, makeTinyGpt2, miniLm, storedVectors } from './use-spaces.ts'

const { open, folder } = useEngines()
const documents = 2_000

/** A few letters each, so that two thousand are read soon. */
function tinyTexts(): Record<string, string> {
  const words = ['ferry', 'garden', 'choir', 'rent', 'river']
  return Object.fromEntries(Array.from({ length: documents }, (_, i) => [`${i}`, `${words[i % words.length]} ${i}`]))
}

/** Vectors that are stored at once. */
const perCommit = 32

/** Fills a space in a process of its own and kills that after so many vectors; tells the passages that were embedded. */
async function killAfter(vectors: number, library: string, modelId: string): Promise<Set<string>> {
  const entry = fileURLToPath(new URL('./fill-child.ts', import.meta.url))
  const child = spawnChild(process.execPath, [entry, library, modelId], { stdio: ['ignore', 'pipe', 'inherit'] })
  const embedded = new Set<string>()
  for await (const line of createInterface({ input: child.stdout })) {
    const text = JSON.parse(line) as string
    // What the model's speed is measured with belongs to no library
    if (text !== measuredText) embedded.add(text)
    if (embedded.size === vectors) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  return embedded
}

describe.runIf(hasModels)('a library of 2,000 documents with three spaces', () => {
  it('goes on filling one after kill -9, and repeats no more than one batch', async () => {
    const before = await open()
    await before.importTexts(tinyTexts())
    const tiny = await importModel(before, makeTinyGpt2(folder('gpt2')), gpt2Answers)
    const modelId = await importModel(before, miniLm)
    await before.settled()
    const other = await before.ask('spaces.add', { recipe: { type: 'local', modelId: tiny } })
    await inState(before, other.id)
    await before.close()

    const embedded = await killAfter(documents / 2, before.folder, modelId)
    const spaceId = 3
    const stored = storedVectors(before.folder, spaceId)
    expect(embedded.size).toBeLessThan(documents)
    expect(stored.size).toBeGreaterThan(0)
    // What was computed and not stored yet is computed again
    expect(embedded.size - stored.size).toBeLessThanOrEqual(perCommit)

    const asked: string[] = []
    const { spawn } = watchedSpawn({
      onPosted: (message) => {
        const one = message as ToInference
        if (one.type === 'embed' && !one.isUrgent && one.text !== measuredText) asked.push(one.text)
      },
    })
    const after = await open({ folder: before.folder, spawn })
    const [first, second, third] = (await after.ask('spaces.list', {})).spaces
    expect([first, second]).toMatchObject([
      { vectors: documents, pending: 0 },
      { vectors: documents, pending: 0 },
    ])
    expect(third).toMatchObject({ id: spaceId, vectors: stored.size, pending: documents - stored.size })
    // While it fills, searches are answered by the one that is complete
    const early = await after.ask('search.query', { text: 'boats', mode: 'vector' })
    expect(early).toMatchObject({ meaning: 'searched', pending: 0 })
    const filled = await inState(after, spaceId)
    expect(filled).toMatchObject({ vectors: documents, pending: 0, failed: 0 })
    expect(asked).toHaveLength(documents - stored.size)
    expect(asked.filter((text) => embedded.has(text)).length).toBe(embedded.size - stored.size)
    const complete = storedVectors(after.folder, spaceId)
    expect(complete.size).toBe(documents)
    for (const [id, hash] of stored) expect(complete.get(id)).toBe(hash)
    // Each space tells what it takes: four bytes a number, and a little for each row
    const { spaces } = await after.ask('spaces.list', {})
    expect(spaces.map(({ bytes, dimension }) => bytes / documents - 4 * dimension)).toEqual([12, 12, 12])
    expect(spaces.map(({ dimension }) => dimension)).toEqual([384, 32, 384])
  })
})
