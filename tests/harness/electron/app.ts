import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { residentKilobytes, utilityMetrics } from './process-list.ts'

/** What Electron hands to a listener that may prevent what would happen. */
export function preventable<T extends object>(fields: T): T & { defaultPrevented: boolean; preventDefault: () => void } {
  const event = { ...fields, defaultPrevented: false, preventDefault: () => void (event.defaultPrevented = true) }
  return event
}

/** Closes what the app leaves open when it ends; set by the parts that open it. */
export interface Shutdown {
  closeWindows(): Promise<boolean>
  endAll(): Promise<void>
}

class App extends EventEmitter {
  readonly isPackaged = process.env['AKIN_HARNESS_RESOURCES'] !== undefined
  readonly relaunches: unknown[] = []
  isSandboxEnabled = false
  shutdown: Shutdown = { closeWindows: () => Promise.resolve(true), endAll: () => Promise.resolve() }
  #name = 'akin'
  #isReady = false
  #isExiting = false
  #ownsLock = false
  readonly #ready = Promise.withResolvers<void>()
  readonly #paths = new Map<string, string>()

  readonly commandLine = {
    hasSwitch: (name: string): boolean => process.argv.some((one) => one === `--${name}` || one.startsWith(`--${name}=`)),
    appendSwitch: (): void => undefined,
  }

  enableSandbox(): void {
    if (this.#isReady) throw new Error('app.enableSandbox() can only be called before app is ready')
    this.isSandboxEnabled = true
  }

  isReady(): boolean {
    return this.#isReady
  }

  whenReady(): Promise<void> {
    return this.#ready.promise
  }

  markReady(): void {
    this.#isReady = true
    this.emit('ready', {}, {})
    this.#ready.resolve()
  }

  setName(name: string): void {
    this.#name = name
  }

  getName(): string {
    return this.#name
  }

  getVersion(): string {
    return (JSON.parse(readFileSync(join(this.getAppPath(), 'package.json'), 'utf8')) as { version: string }).version
  }

  getAppPath(): string {
    return process.env['AKIN_HARNESS_APP']!
  }

  getPath(name: string): string {
    const appData = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config')
    const path = this.#paths.get(name) ?? { appData, temp: tmpdir(), home: homedir(), userData: join(appData, this.#name) }[name]
    if (path === undefined) throw new Error(`Failed to get '${name}' path`)
    return path
  }

  setPath(name: string, path: string): void {
    if (!isAbsolute(path)) throw new Error('Path must be absolute')
    if (!existsSync(path)) throw new Error('Failed to set path')
    this.#paths.set(name, path)
  }

  getAppMetrics() {
    const own = { pid: process.pid, type: 'Browser', memory: { workingSetSize: residentKilobytes(process.pid) } }
    const utilities = utilityMetrics().map(({ pid, name, residentKilobytes: workingSetSize }) => ({
      pid,
      type: 'Utility',
      name,
      memory: { workingSetSize },
    }))
    return [own, ...utilities]
  }

  /** A file with the owner's process id; a second start leaves a line in it, and the owner looks for lines. */
  requestSingleInstanceLock(): boolean {
    const folder = this.getPath('userData')
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'instance-lock')
    try {
      writeSync(openSync(file, 'wx'), `${process.pid}\n`)
    } catch {
      const owner = Number(readFileSync(file, 'utf8').split('\n')[0])
      if (isAlive(owner)) {
        writeSync(openSync(file, 'a'), `${JSON.stringify(process.argv)}\n`)
        return false
      }
      rmSync(file)
      return this.requestSingleInstanceLock()
    }
    this.#ownsLock = true
    this.#watchLock(file)
    return true
  }

  relaunch(options: unknown): void {
    this.relaunches.push(options)
  }

  quit(): void {
    void this.#quit()
  }

  exit(code = 0): void {
    if (this.#isExiting) return
    this.#isExiting = true
    void this.shutdown.endAll().finally(() => {
      this.emit('quit', {}, code)
      if (this.#ownsLock) rmSync(join(this.getPath('userData'), 'instance-lock'), { force: true })
      process.send?.({ type: 'exiting', relaunches: this.relaunches }, () => process.exit(code))
      setTimeout(() => process.exit(code), 1_000)
    })
  }

  async #quit(): Promise<void> {
    if (this.#isExiting) return
    const before = preventable({})
    this.emit('before-quit', before)
    if (before.defaultPrevented || !(await this.shutdown.closeWindows())) return
    const will = preventable({})
    this.emit('will-quit', will)
    if (!will.defaultPrevented) this.exit(0)
  }

  #watchLock(file: string): void {
    let seen = 1
    setInterval(() => {
      if (!existsSync(file)) return
      const starts = readFileSync(file, 'utf8').split('\n').filter(Boolean)
      for (const start of starts.slice(seen)) this.emit('second-instance', {}, JSON.parse(start), process.cwd(), undefined)
      seen = starts.length
    }, 50).unref()
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    // No such process: the lock was left behind
    return false
  }
}

export const app = new App()
