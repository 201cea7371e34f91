import type { Readable } from 'node:stream'
import type { UtilityProcess } from 'electron'
import type { ServiceExit } from '../engine/processes/service.ts'

const lastWordsLength = 4_000

/** How long the rest of standard error is waited for once a process has ended. */
const lastWordsMs = 200

const outOfMemory = /heap out of memory/i

/** A utility process of ours: its id, its end, and its last words. Messages go over a port, not through this. */
export class UtilityService {
  readonly #child: UtilityProcess
  readonly #onExit: (exit: ServiceExit) => void
  #pid: number | undefined
  #lastWords = ''
  #isKilled = false
  #isGone = false

  constructor(
    child: UtilityProcess,
    { onSpawn, onExit }: { onSpawn?: (pid: number) => void; onExit: (exit: ServiceExit) => void },
  ) {
    this.#child = child
    this.#onExit = onExit
    child.once('spawn', () => {
      this.#pid = child.pid
      if (this.#isKilled) this.kill()
      else if (child.pid !== undefined) onSpawn?.(child.pid)
    })
    // V8 ended the process: what Node would write to standard error is in the report
    child.on('error', (type, location, report) => {
      this.#remember(`\n${type} ${location}${outOfMemory.test(report) ? ': heap out of memory' : ''}`)
    })
    const stderr = child.stderr as Readable | null
    stderr?.on('data', this.#remember)
    child.once('exit', (code) => this.#end(code, stderr))
  }

  get pid(): number | undefined {
    return this.#isGone ? undefined : this.#pid
  }

  /**
   * Ends the process at once, whatever it does. `UtilityProcess.kill` asks it with SIGTERM and gives it two seconds;
   * before the process has started there is nothing to send a signal to.
   */
  kill(): void {
    this.#isKilled = true
    if (this.#isGone || this.#pid === undefined) return
    try {
      process.kill(this.#pid, 'SIGKILL')
    } catch {
      // It ended by itself between the look and the signal, or the system wants it done its own way
      this.#child.kill()
    }
  }

  readonly #remember = (text: unknown): void => {
    this.#lastWords = (this.#lastWords + String(text)).slice(-lastWordsLength)
  }

  /** Electron takes the listeners off the pipe as soon as `exit` was told, while the last words may still be on it. */
  #end(code: number, stderr: Readable | null): void {
    this.#isGone = true
    const exit = (): void => this.#onExit({ code, signal: null, lastWords: this.#lastWords })
    if (stderr === null || stderr.readableEnded) return exit()
    queueMicrotask(() => {
      let isTold = false
      const tell = (): void => {
        if (isTold) return
        isTold = true
        clearTimeout(timer)
        exit()
      }
      const timer = setTimeout(tell, lastWordsMs)
      stderr.on('data', this.#remember)
      stderr.once('end', tell)
    })
  }
}
