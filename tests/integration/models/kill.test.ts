import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { HubServer } from '../../harness/hub-server.ts'
import { seededRandom } from '../../harness/random.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { versionedId } from './install-version.ts'
import { bufferOf } from './make-model.ts'
import { download, fillHub, openStore, repository, weights } from './use-models.ts'

const newFolder = useTempFolders()
const content = bufferOf(repository[weights]!)
const seed = 20261124

function run(script: string, ...args: string[]): { child: ChildProcess; lines: string[] } {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  let rest = ''
  child.stdout.on('data', (data: Buffer) => {
    const parts = (rest + data.toString('utf8')).split('\n')
    rest = parts.pop()!
    lines.push(...parts)
  })
  return { child, lines }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

describe(`kill -9 (seed ${seed})`, () => {
  it('in the middle of a download loses nothing of it: the next one fetches exactly what was missing', async () => {
    const hub = await HubServer.start(newFolder())
    try {
      fillHub(hub)
      const folder = newFolder()
      const random = seededRandom(seed)
      hub.behave(weights, { redirect: 'other', slow: { pieceBytes: 20_000, waitMs: 10 } })
      const part = join(folder, 'models', '.incoming', 'tiny-q8', `${weights}.part`)
      let has = 0
      for (let round = 0; round < 3; round++) {
        const until = has + random.int(40_000, 250_000)
        const { child, lines } = run('./download-child.ts', folder, hub.url)
        while (Number(lines.at(-1) ?? 0) < until) await new Promise((resolve) => setTimeout(resolve, 3))
        await kill(child)
        const store = openStore(folder)
        expect(store.isInstalled('tiny-q8')).toBe(false)
        expect((await store.list()).map(({ id, state }) => `${id} ${state}`)).toEqual([
          'bge-small-en-v1.5 installed',
          'tiny incomplete',
        ])
        has = statSync(part).size
      }
      const before = hub.requests.length
      hub.behave(weights, { redirect: 'other' })
      const store = openStore(folder)
      await download({ store, hubUrl: hub.url }).done
      await store.verify('tiny-q8')
      const after = hub.requests.slice(before).filter(({ host }) => host === 'other')
      expect(after.map(({ path, range, sentBytes }) => ({ path, range, sentBytes }))).toEqual([
        { path: weights, range: `bytes=${has}-`, sentBytes: content.length - has },
      ])
      // The small files were complete before: nobody asked for them again
      expect(hub.requests.slice(before).every(({ path }) => path === weights)).toBe(true)
    } finally {
      await hub.close()
    }
  })

  it('in the middle of an installation leaves either the old model or the new one', async () => {
    const random = seededRandom(seed)
    const folder = newFolder()
    let here = 0
    let next = 1
    let finished = 0
    for (let round = 0; round < 12; round++) {
      const { child, lines } = run('./install-child.ts', folder, String(next))
      const wanted = random.int(1, 6)
      while (lines.length < wanted) await new Promise((resolve) => setTimeout(resolve, 1))
      await new Promise((resolve) => setTimeout(resolve, random.int(0, 40)))
      await kill(child)
      const begun = lines.filter((line) => line.startsWith('begin')).map((line) => Number(line.slice(6)))
      const done = lines.filter((line) => line.startsWith('done')).map((line) => Number(line.slice(5)))
      finished += done.length
      const old = done.at(-1) ?? here
      next = begun.at(-1)! + 1
      const store = openStore(folder)
      if (old === 0 && !store.isInstalled(versionedId)) continue
      await store.verify(versionedId)
      const { origin } = store.manifest(versionedId)
      const found = Number(origin.kind === 'imported' ? origin.from.slice(8) : Number.NaN)
      expect([old, begun.at(-1)]).toContain(found)
      expect(readFileSync(join(store.modelsFolder, versionedId, 'config.json'), 'utf8')).toBe(`${found} `.repeat(10))
      expect((await store.open(versionedId)).spec.externalData).toHaveLength(1)
      here = found
    }
    console.log(`12 kills, ${finished} installations finished before them`)
    expect(finished).toBeGreaterThan(0)
  })
})
