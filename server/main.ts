import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { EngineHost } from '../engine/host/engine-host.ts'
import { defaultKeysFile, defaultLibraryFolder, locateResources } from '../engine/host/locate.ts'
import { OriginalStore } from '../engine/host/originals.ts'
import { codeFolders } from '../engine/processes/code-folders.ts'
import { spawnWithNode } from '../engine/processes/node-spawn.ts'
import { AkinError } from '../shared/errors.ts'
import { startServer } from './http-server.ts'

/**
 * The browser host: `node server.js [--library <folder>] [--port <number>]`. Prints one line of JSON on standard
 * output when it is ready, `{"address": …, "port": …}`, for whoever opens the browser.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { library: { type: 'string' }, port: { type: 'string', default: '0' } } })
  const folder = resolve(values.library ?? defaultLibraryFolder())
  const engine = new EngineHost({
    config: { folder, ...locateResources(), parserFolders: codeFolders(), keys: { file: defaultKeysFile() } },
    spawn: spawnWithNode,
  })
  await engine.start()
  const originals = new OriginalStore(folder)
  const server = await startServer({
    engine,
    keepUpload: (content, options) => originals.add(content, options),
    windowFolder: windowFolder(),
    port: portOf(values.port),
    onBug: (error) => process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  })
  process.stdout.write(`${JSON.stringify({ address: server.address, port: server.port, folder })}\n`)
  const stop = (): void => {
    void Promise.allSettled([server.close(), engine.close()]).then(() => process.exit(0))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
  // The starter holds the other end: when it is gone, nobody can see this server any more
  if (process.channel !== undefined) process.once('disconnect', stop)
}

function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new AkinError('bad-request', `“${text}” is not a port`, {
    advice: 'Give a number from 1024 to 65535, or leave --port out',
  })
}

/** The built window: beside the bundle, or in `out/` of the source tree. */
function windowFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const candidates = [join(here, '..', 'renderer'), join(here, '..', '..', 'renderer'), join(here, '..', 'out', 'renderer')]
  const found = candidates.find((folder) => existsSync(join(folder, 'index.html')) && existsSync(join(folder, 'assets')))
  if (found === undefined) throw new AkinError('unavailable', 'The window is not built', { advice: 'Run npm run build' })
  return found
}

main().catch((error: unknown) => {
  const { message, advice } = error as { message: string; advice?: string }
  process.stderr.write(`${message}${advice === undefined ? '' : `. ${advice}`}\n`)
  process.exit(error instanceof AkinError ? 2 : 1)
})
