import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import type { Commands } from './control.ts'

const here = dirname(fileURLToPath(import.meta.url))

/** The project's folder, whose build is started. */
export const projectFolder = join(here, '..', '..', '..')

export interface LaunchOptions {
  /** Holds everything that the app writes. */
  readonly folder: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** A package instead of the project: the unpacked archive, and the folder of its resources. */
  readonly packaged?: { readonly appFolder: string; readonly resourcesFolder: string }
  /** Answers for dialogs that come before a test could put them in. */
  readonly messages?: readonly number[]
}

export interface Exit {
  readonly code: number | null
  readonly relaunches: readonly unknown[]
}

type Arguments<N extends keyof Commands> = Parameters<Commands[N]>
type Value<N extends keyof Commands> = Awaited<ReturnType<Commands[N]>>

/** A running desktop app: its main process under the stand-in, and Playwright's view of its window. */
export class DesktopApp {
  readonly exited: Promise<Exit>
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  #browser: Browser | undefined
  #output = ''
  #relaunches: readonly unknown[] = []
  #lastId = 0

  constructor({ folder, args = [], env = {}, packaged }: LaunchOptions) {
    const appFolder = packaged?.appFolder ?? projectFolder
    const entry = join(appFolder, 'out', 'main', 'electron.js')
    if (!existsSync(entry)) throw new Error(`The desktop host is not built: run npm run build (${entry} is missing)`)
    this.#child = fork(join(here, 'run-main.ts'), [entry, ...args], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {
        ...process.env,
        AKIN_HARNESS_APP: appFolder,
        ...(packaged === undefined ? {} : { AKIN_HARNESS_RESOURCES: packaged.resourcesFolder }),
        XDG_CONFIG_HOME: join(folder, 'config'),
        XDG_DATA_HOME: join(folder, 'data'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const keep = (text: Buffer): void => void (this.#output = (this.#output + text.toString()).slice(-20_000))
    this.#child.stdout!.on('data', keep)
    this.#child.stderr!.on('data', keep)
    this.#child.on('message', (message) => this.#take(message as { id?: number; value?: never; error?: string }))
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code) => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`The main process ended\n${this.#output}`))
        resolve({ code, relaunches: this.#relaunches })
      })
    })
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** What the main process wrote so far. */
  get output(): string {
    return this.#output
  }

  /** Asks or tells the stand-in; see `control.ts`. */
  control<N extends keyof Commands>(name: N, ...args: Arguments<N>): Promise<Value<N>> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ id, name, args }, (error) => {
        if (error !== null) reject(error)
      })
    })
  }

  /** The window's page; after a crash the new one. */
  async page(): Promise<Page> {
    this.#browser ??= await chromium.connectOverCDP(await this.control('endpoint'))
    for (let tries = 0; tries < 200; tries++) {
      const pages = this.#browser.contexts().flatMap((context) => context.pages())
      const page = pages.findLast((one) => one.url().startsWith('https://akin/'))
      if (page !== undefined) return page
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`The window did not open\n${this.#output}`)
  }

  /** Ends the app as a person does, and tells how it ended. */
  async quit(): Promise<Exit> {
    await this.#browser?.close().catch(() => undefined)
    if (this.#child.exitCode === null && this.#child.connected) this.control('quit').catch(() => undefined)
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 30_000)
    const exit = await this.exited
    clearTimeout(timer)
    return exit
  }

  #take({ id, value, error, ...rest }: { id?: number; value?: never; error?: string; relaunches?: readonly unknown[] }): void {
    if (id === undefined) {
      this.#relaunches = rest.relaunches ?? this.#relaunches
      return
    }
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(value as never)
    else waiting?.reject(new Error(error))
  }
}

/** Starts the built desktop app and puts in the answers for its first dialogs. */
export async function launchDesktop(options: LaunchOptions): Promise<DesktopApp> {
  const desktop = new DesktopApp(options)
  for (const response of options.messages ?? []) await desktop.control('answerMessage', response)
  return desktop
}
