import { spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSqliteLibrary } from '../../../engine/library/sqlite/sqlite-library.ts'
import { seededRandom } from '../../harness/random.ts'
import { pathSource } from './builders.ts'
import { applied, emptyState, readState, type CrashState, type Effect } from './crash-protocol.ts'
import { tempFolder, type TempFolder } from './temp-library.ts'

const rounds = 30
const child = join(import.meta.dirname, 'crash-child.ts')

interface Said {
  /** Writes that resolved, in order, with what they answered. */
  readonly acknowledged: readonly { effect: Effect; sequence: number; result: unknown }[]
  /** The write that was under way when the process was killed. */
  readonly underWay: Effect | undefined
}

/** Lets the child work for a while, then kills it without a warning. */
async function workUntilKilled(folder: string, seed: number, lifeMs: number): Promise<Said> {
  const worker = spawn(process.execPath, [child, folder, String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject)
    worker.once('close', (code) => (code === null ? resolve() : reject(new Error(`the worker ended by itself with ${code}`))))
    worker.stdout.setEncoding('utf8').on('data', (data: string) => {
      if (output === '') setTimeout(() => worker.kill('SIGKILL'), lifeMs)
      output += data
    })
  })
  // The last line may be cut off: then its write was not acknowledged
  return readSaid(
    output
      .slice(0, output.lastIndexOf('\n') + 1)
      .trimEnd()
      .split('\n'),
  )
}

function readSaid(lines: readonly string[]): Said {
  const acknowledged: { effect: Effect; sequence: number; result: unknown }[] = []
  let underWay: Effect | undefined
  for (const line of lines.slice(1)) {
    const said = JSON.parse(line) as { begin?: Effect; ack?: number; result?: unknown }
    if (said.begin !== undefined) underWay = said.begin
    else {
      acknowledged.push({ effect: underWay!, sequence: said.ack!, result: said.result })
      underWay = undefined
    }
  }
  return { acknowledged, underWay }
}

describe('a library whose process is killed', () => {
  let library: TempFolder
  beforeAll(() => {
    library = tempFolder('akin-crash-')
  })
  afterAll(() => library.remove())

  let expected: CrashState = emptyState
  let acknowledgedWrites = 0
  let doneWhenKilled = 0
  let lastSequence = 0
  let highestId = 0
  const ids = new Map<string, number>()

  /** Ids of known sources stay; those of new ones were never given out before. */
  function noteIds(effect: Effect, imported: readonly number[]): void {
    if (effect.type === 'purge') for (const location of effect.locations) ids.delete(location)
    if (effect.type !== 'import') return
    for (const [index, { location }] of effect.items.entries()) {
      const id = imported[index]!
      const known = ids.get(location)
      if (known === undefined ? id <= highestId : id !== known)
        throw new Error(`${location} got the id ${id}, after ${highestId}`)
      ids.set(location, id)
      highestId = Math.max(highestId, id)
    }
  }

  it.each(Array.from({ length: rounds }, (_, i) => i + 1))(
    'has all that was acknowledged and nothing half, round %i',
    async (round) => {
      const random = seededRandom(round)
      const { acknowledged, underWay } = await workUntilKilled(library.folder, round, random.int(1, 350))
      for (const { effect, sequence, result } of acknowledged) {
        expected = applied(expected, effect)
        noteIds(effect, result as number[])
        expect(sequence).toBeGreaterThanOrEqual(lastSequence)
        lastSequence = sequence
      }
      acknowledgedWrites += acknowledged.length

      // Every third time the files are looked at in a copy, so that the next worker meets them as the kill left them
      const copy = tempFolder('akin-crash-copy-')
      if (round % 3 === 0) cpSync(library.folder, copy.folder, { recursive: true })
      const store = openSqliteLibrary({ folder: round % 3 === 0 ? copy.folder : library.folder })
      try {
        const found = await readState(store)
        if (underWay !== undefined && !isDeepStrictEqual(found, expected)) {
          doneWhenKilled++
          expected = applied(expected, underWay)
          const sources = underWay.type === 'import' ? underWay.items.map(({ location }) => pathSource(location)) : []
          noteIds(
            underWay,
            (await store.documents.knownSources(sources)).map((known) => known!.documentId),
          )
        }
        expect(found).toEqual(expected)
        expect(await store.changes.last()).toBeGreaterThanOrEqual(lastSequence)
        expect((await store.changes.since(lastSequence, 10)).isComplete).toBe(true)
        expect(await store.documents.verifyTexts([...ids.values()])).toEqual([])
      } finally {
        await store.close()
        copy.remove()
      }
    },
  )

  it('was killed often enough in the middle of writes for that to mean something', () => {
    expect(acknowledgedWrites).toBeGreaterThan(rounds * 5)
    expect(expected.sources.size).toBeGreaterThan(20)
    console.log(
      `${acknowledgedWrites} writes acknowledged over ${rounds} kills; ${doneWhenKilled} more were stored but not yet acknowledged`,
    )
  })
})
