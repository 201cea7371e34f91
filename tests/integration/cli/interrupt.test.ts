import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { connectToEngine } from '../../../engine/host/local-socket.ts'
import { EngineProcess } from '../../harness/engine-process.ts'
import { ContractClient, until } from '../../harness/engine.ts'
import { jsonOf, type RunningAkin } from '../../harness/terminal.ts'
import { useTerminals, type Terminal } from './use-terminal.ts'

const terminal = useTerminals()
const count = 200

function withFiles(): Terminal {
  const at = terminal()
  const text = 'The ferry crosses the bay twice a day, unless the wind has turned. '.repeat(40)
  at.write(Object.fromEntries(Array.from({ length: count }, (_, i) => [`note-${i}.md`, `# Note ${i}\n\nqz${i}x ${text}`])))
  return at
}

/** Looks on over the library's socket, as a second command does. */
async function untilSomeAreStored(at: Terminal): Promise<void> {
  const engine = await until('the engine listens', async () => (await connectToEngine(at.library)) ?? undefined)
  await until('some items are stored', async () => {
    const { documents } = await new ContractClient(engine).ask('library.status', {})
    return documents > 0 ? true : undefined
  })
  await engine.close()
}

async function stop(running: RunningAkin, signal: NodeJS.Signals) {
  running.child.kill(signal)
  return running.ended
}

describe('Ctrl+C during an import', () => {
  it('ends with code 130, says that it can go on, keeps what was read, and the same command goes on', async () => {
    const at = withFiles()
    const running = at.start(['import', 'files', '--json'])
    await untilSomeAreStored(at)
    expect(await stop(running, 'SIGINT')).toMatchObject({
      code: 130,
      stdout: '',
      stderr: 'Stopped. What was read so far is kept; run the command again to go on\n',
    })
    const again = await at.akin('import', 'files', '--no-embed', '--json')
    expect(again).toMatchObject({ code: 0, stderr: '' })
    const { job, status } = jsonOf(again) as { job: { counts: object }; status: { documents: number } }
    expect(status.documents).toBe(count)
    console.log(`after the import that was interrupted: ${JSON.stringify(job.counts)}`)
    const { jobs } = jsonOf(await at.akin('jobs', '--json')) as {
      jobs: { kind: string; state: string; counts: { added: number } }[]
    }
    const imports = jobs.filter(({ kind }) => kind === 'import')
    expect(imports.map(({ state }) => state)).toEqual(['done', 'done'])
    expect(imports.reduce((sum, { counts }) => sum + counts.added, 0)).toBe(count)
  })

  it('leaves it to the Akin that runs, and says so', async () => {
    const at = withFiles()
    const engine = new EngineProcess(at.library)
    await engine.opened
    const running = at.start(['import', 'files'])
    await until('some items are stored', async () => ((await engine.ask('library.status', {})).documents > 0 ? true : undefined))
    expect(await stop(running, 'SIGINT')).toMatchObject({
      code: 130,
      stdout: '',
      stderr: 'The running Akin goes on with it; akin jobs shows how far it is, akin jobs cancel ends it\n',
    })
    await until('it is done', async () => {
      const { jobs } = await engine.ask('jobs.list', {})
      return jobs.some(({ kind, state }) => kind === 'import' && state === 'done') ? true : undefined
    })
    expect((await engine.ask('library.status', {})).documents).toBe(count)
    await engine.close()
  })

  it('at any moment leaves a library that opens', async () => {
    const at = withFiles()
    for (const [afterMs, name] of [
      [250, 'SIGINT'],
      [450, 'SIGTERM'],
      [650, 'SIGINT'],
    ] as const) {
      const running = at.start(['import', 'files', '--no-embed'])
      await pause(afterMs)
      const { code, signal } = await stop(running, name)
      // Before the program has begun to listen, the signal ends it as it ends any other
      expect([130, 0, name]).toContain(code ?? signal)
    }
    expect(jsonOf(await at.akin('import', 'files', '--no-embed', '--json'))).toMatchObject({ status: { documents: count } })
  })
})

describe('Ctrl+C during anything else', () => {
  it('says nothing of an import that there is not', async () => {
    const at = terminal()
    const running = at.start(['search', 'ferry'])
    await pause(200)
    const ended = await stop(running, 'SIGINT')
    expect(ended.stderr).toBe('')
  })
})
