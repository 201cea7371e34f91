import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import type { Reply } from '../../../shared/contract/reply.ts'
import { ContractClient, until } from '../../harness/engine.ts'
import { EngineProcess } from '../../harness/engine-process.ts'
import { akinEntry, jsonOf } from '../../harness/terminal.ts'
import { useTerminals } from './use-terminal.ts'

const terminal = useTerminals()
const window = fileURLToPath(new URL('../../../out/renderer/index.html', import.meta.url))
if (!existsSync(window)) console.log('Skipped: the terminal beside the browser host, since the window is not built')

const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    if (child.exitCode === null && child.kill('SIGTERM')) await ended
  }
})

/** `akin serve`, and its page's way of asking. */
async function serve(library: string): Promise<ContractClient> {
  const child = spawn(process.execPath, [akinEntry, 'serve', '--json', '--library', library], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`akin serve ended with ${code}`)))
  })
  const { address, port } = JSON.parse(line) as { address: string; port: number }
  const token = address.split('#t=')[1]!
  return new ContractClient({
    request: async (name, input) => {
      const response = await fetch(`http://127.0.0.1:${port}/api/${name}`, {
        method: 'POST',
        headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(input),
      })
      return (await response.json()) as Reply
    },
  })
}

describe.skipIf(!existsSync(window))('a command while the browser host has the library', () => {
  it('talks to it: what the terminal adds, both see, and what the page changes, the terminal sees', async () => {
    const at = terminal()
    const page = await serve(at.library)
    await page.importTexts({ Ferry: 'The ferry crosses the bay twice a day' })
    at.write({ 'granite.md': '# Granite\n\nGranite cools slowly under other rock' })
    const imported = await at.akin('import', 'files', '--json')
    expect(imported).toMatchObject({ code: 0, stderr: '' })
    expect(jsonOf(imported)).toMatchObject({ status: { documents: 2, indexed: 2, pending: 0 } })
    const titles = async (text: string): Promise<string[][]> => {
      const inTerminal = jsonOf(await at.akin('search', text, '--mode', 'keyword', '--json')) as { hits: { title: string }[] }
      const inPage = await page.ask('search.query', { text, mode: 'keyword' })
      return [inTerminal, inPage].map(({ hits }) => hits.map(({ title }) => title))
    }
    expect(await titles('granite')).toEqual([['Granite'], ['Granite']])
    expect(await titles('ferry')).toEqual([['Ferry'], ['Ferry']])
    await page.ask('documents.update', { ids: [await page.idOf('Granite')], addTags: ['stone'] })
    expect(jsonOf(await at.akin('list', 'tag:stone', '--json'))).toMatchObject({ total: 1 })
    const status = jsonOf(await at.akin('status', '--json'))
    expect(status).toMatchObject({ isShared: true, documents: 2 })
    expect((await at.akin('status')).stdout).toContain(', open in a running Akin')
    await at.akin('remove', String(await page.idOf('Ferry')))
    expect(await page.ask('library.status', {})).toMatchObject({ documents: 1, trashed: 1 })
  })
})

describe('a command and an Akin that went away', () => {
  it('opens the library itself when the one that had it was killed', async () => {
    const at = terminal()
    const engine = new EngineProcess(at.library)
    await engine.opened
    await engine.importTexts({ Ferry: 'The ferry crosses the bay twice a day' })
    await engine.kill()
    const found = await at.akin('search', 'ferry', '--json')
    expect(found).toMatchObject({ code: 0, stderr: '' })
    expect(jsonOf(found)).toMatchObject({ hits: [{ title: 'Ferry' }] })
  })

  it('says what happened and what to do when it is killed in the middle of a command', async () => {
    const at = terminal()
    at.write(
      Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`note-${i}.md`, `# Note ${i}\n\n${'The ferry. '.repeat(200)}`])),
    )
    const engine = new EngineProcess(at.library)
    await engine.opened
    const running = at.start(['import', 'files', '--json'])
    await until('some items are stored', async () => ((await engine.ask('library.status', {})).documents > 0 ? true : undefined))
    await engine.kill()
    const ended = await running.ended
    expect(ended).toMatchObject({ code: 1, stderr: 'akin: The running Akin went away. Try again\n' })
    expect(jsonOf(ended)).toMatchObject({ error: { code: 'unavailable', retryable: true } })
    expect(jsonOf(await at.akin('import', 'files', '--no-embed', '--json'))).toMatchObject({ status: { documents: 300 } })
  })

  it('ends a command also when it could not say where it listens, on a full disk say', async () => {
    const at = terminal()
    mkdirSync(join(at.library, 'engine.json'), { recursive: true })
    expect(await at.akin('list')).toMatchObject({ code: 0, stdout: 'No items\n', stderr: '' })
  })

  it.each(['', '{"socket":', '{}', 'null', '{"socket":"/nowhere/engine.sock"}'])(
    'is not stopped by what was left in engine.json: %j',
    async (content) => {
      const at = terminal()
      await at.akin('status')
      writeFileSync(join(at.library, 'engine.json'), content)
      expect(await at.akin('list')).toMatchObject({ code: 0, stdout: 'No items\n', stderr: '' })
    },
  )
})
