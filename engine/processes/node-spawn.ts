import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { residentBytes } from './resident-bytes.ts'
import { createInbox } from './service-port.ts'
import type { ServiceExit, ServiceName, ServiceProcess, SpawnOptions, SpawnService } from './service.ts'

const sourceEntries: Record<ServiceName, string> = {
  engine: '../engine-main.ts',
  inference: '../embedding/onnx/inference-main.ts',
  parser: '../importing/parser-main.ts',
}

/** The file a service starts from: TypeScript in the source tree, a bundle in `out/main` otherwise. */
export function serviceEntry(name: ServiceName): string {
  if (import.meta.url.endsWith('.ts')) return fileURLToPath(new URL(sourceEntries[name], import.meta.url))
  const candidates = [`./${name}.js`, `../${name}.js`].map((file) => fileURLToPath(new URL(file, import.meta.url)))
  return candidates.find((file) => existsSync(file)) ?? candidates[0]!
}

/** Starts services with `child_process.fork`: the browser host, the terminal and the tests. */
export const spawnWithNode: SpawnService = (name, options = {}) => {
  const child = fork(serviceEntry(name), [], {
    serialization: 'advanced',
    execArgv: nodeFlags(options),
    env: { ...process.env, OMP_WAIT_POLICY: 'passive', ...options.env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A service outlives Ctrl+C in the terminal: its host ends it in order, or its channel closes
    detached: process.platform !== 'win32',
  })
  return new ForkedService(child)
}

function nodeFlags({ heapLimitMb, readableFolders }: SpawnOptions): string[] {
  const flags = ['--disable-warning=ExperimentalWarning']
  if (heapLimitMb !== undefined) flags.push(`--max-old-space-size=${heapLimitMb}`)
  if (readableFolders !== undefined) {
    flags.push(
      '--permission',
      '--disable-warning=SecurityWarning',
      ...readableFolders.map((folder) => `--allow-fs-read=${folder}`),
    )
  }
  return flags
}

const lastWordsLength = 4_000

class ForkedService implements ServiceProcess {
  readonly #child: ChildProcess
  readonly #inbox = createInbox()
  #lastWords = ''
  #exit: ServiceExit | undefined
  #onExit: ((exit: ServiceExit) => void) | undefined

  constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', this.#inbox.deliver)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-lastWordsLength)
    })
    child.once('error', (error) => this.#end({ code: null, signal: null, lastWords: error.message }))
    // `close` comes after `exit` once the pipes are read, so that the last words are whole
    child.once('close', (code, signal) => this.#end({ code, signal, lastWords: this.#lastWords }))
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  post(message: unknown): void {
    if (!this.#child.connected) return
    // An error here means that the process is going: `close` follows and tells it
    this.#child.send(message as object, () => undefined)
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#inbox.listen(listener)
  }

  onExit(listener: (exit: ServiceExit) => void): void {
    this.#onExit = listener
    if (this.#exit !== undefined) listener(this.#exit)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async residentBytes(): Promise<number | null> {
    return this.#child.pid === undefined || this.#exit !== undefined ? null : residentBytes(this.#child.pid)
  }

  #end(exit: ServiceExit): void {
    if (this.#exit !== undefined) return
    this.#exit = exit
    this.#onExit?.(exit)
  }
}
