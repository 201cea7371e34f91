import { AkinError, fromWireError } from '../../shared/errors.ts'
import type { ServiceExit, ServiceProcess } from '../processes/service.ts'
import type { ParsedAndChunked, ParseInput } from './parse-result.ts'
import type { FromParser, ToParser } from './parser-protocol.ts'

export interface ParserLimits {
  /** Wall clock for one file. */
  readonly timeoutMs: number
  /** Resident memory at which the process is killed. */
  readonly maxResidentBytes: number
}

interface Task {
  readonly id: number
  readonly resolve: (document: ParsedAndChunked) => void
  readonly reject: (error: AkinError) => void
}

const startTimeoutMs = 30_000
const watchEveryMs = 100

/** One parser process and its limits, as seen from outside. Reads one file at a time. */
export class ParserProcess {
  readonly #process: ServiceProcess
  readonly #ready = Promise.withResolvers<void>()
  readonly #exited = Promise.withResolvers<void>()
  #task: Task | undefined
  #lastId = 0
  #filesRead = 0
  #residentBytes = 0
  #isReady = false
  #isGone = false

  constructor(process: ServiceProcess, modelFolder: string) {
    this.#process = process
    // Who waits for it is told; nobody may be waiting when the process ends
    this.#ready.promise.catch(() => undefined)
    process.onMessage((message) => this.#take(message as FromParser))
    process.onExit((exit) => this.#end(exit))
    this.#post({ type: 'start', modelFolder })
  }

  /** Files that this process has read, the failed ones included. */
  get filesRead(): number {
    return this.#filesRead
  }

  /** Resident memory after the last file. */
  get residentBytes(): number {
    return this.#residentBytes
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** Resolves when the system says that the process has ended. */
  get exited(): Promise<void> {
    return this.#exited.promise
  }

  /**
   * Reads one file. The process is gone afterwards when a limit or the signal ended it.
   * @throws AkinError what the reader says of the file, or `parser-timeout`, `parser-memory`, `parser-crashed`, `cancelled`
   */
  async parse(input: ParseInput, limits: ParserLimits, signal?: AbortSignal): Promise<ParsedAndChunked> {
    await this.#started(signal)
    const task = Promise.withResolvers<ParsedAndChunked>()
    this.#task = { id: ++this.#lastId, ...task }
    const stopWatching = this.#watch(limits, signal)
    try {
      this.#post({ type: 'parse', id: this.#lastId, input })
      return await task.promise
    } finally {
      stopWatching()
      this.#filesRead++
      this.#task = undefined
    }
  }

  kill(): void {
    this.#isGone = true
    this.#process.kill()
  }

  async #started(signal: AbortSignal | undefined): Promise<void> {
    const stop = this.#failAfter(
      startTimeoutMs,
      new AkinError('parser-timeout', 'The reader did not start in time', { retryable: true }),
    )
    const abort = (): void => this.#fail(cancelled())
    signal?.addEventListener('abort', abort)
    try {
      await this.#ready.promise
    } finally {
      stop()
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Watches time, memory and the signal until the returned function is called. */
  #watch({ timeoutMs, maxResidentBytes }: ParserLimits, signal: AbortSignal | undefined): () => void {
    const stopClock = this.#failAfter(timeoutMs, timedOut(timeoutMs))
    const abort = (): void => this.#fail(cancelled())
    signal?.addEventListener('abort', abort)
    if (signal?.aborted === true) abort()
    const memory = new AbortController()
    void this.#watchMemory(maxResidentBytes, memory.signal)
    return () => {
      stopClock()
      memory.abort()
      signal?.removeEventListener('abort', abort)
    }
  }

  async #watchMemory(maxResidentBytes: number, stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted && !this.#isGone) {
      const bytes = await this.#process.residentBytes()
      if (stopped.aborted) return
      if (bytes !== null && bytes > maxResidentBytes) return this.#fail(outOfMemory(maxResidentBytes))
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, watchEveryMs)
        stopped.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
      })
    }
  }

  #failAfter(ms: number, error: AkinError): () => void {
    const timer = setTimeout(() => this.#fail(error), ms)
    return () => clearTimeout(timer)
  }

  /** Ends the process for a reason that is known. */
  #fail(error: AkinError): void {
    this.kill()
    this.#reject(error)
  }

  #reject(error: AkinError): void {
    this.#ready.reject(error)
    this.#task?.reject(error)
  }

  #take(message: FromParser): void {
    if (message.type === 'ready') {
      this.#isReady = true
      return this.#ready.resolve()
    }
    if (message.id !== this.#task?.id) return
    this.#residentBytes = message.residentBytes
    if (message.type === 'parsed') this.#task.resolve(message.document)
    else this.#task.reject(fromWireError(message.error))
  }

  #end(exit: ServiceExit): void {
    this.#isGone = true
    this.#exited.resolve()
    this.#reject(isHeapLimit(exit) ? outOfMemory(null) : this.#isReady ? crashed(exit) : notStarted(exit))
  }

  #post(message: ToParser): void {
    this.#process.post(message)
  }
}

/** V8 ends a process that is over its heap limit with these words and SIGABRT. */
function isHeapLimit({ lastWords }: ServiceExit): boolean {
  return /heap out of memory|Array buffer allocation failed|invalid array length/i.test(lastWords)
}

function timedOut(timeoutMs: number): AkinError {
  return new AkinError('parser-timeout', `Reading it took longer than ${Math.round(timeoutMs / 1000)} seconds`, {
    advice: 'Split the file or save it in a simpler form, then retry',
    details: { timeoutMs },
    retryable: true,
  })
}

function outOfMemory(maxResidentBytes: number | null): AkinError {
  return new AkinError('parser-memory', 'Reading it takes more memory than Akin allows for one file', {
    advice: 'Split the file or save it in a simpler form, then retry',
    ...(maxResidentBytes === null ? {} : { details: { maxResidentBytes } }),
  })
}

function crashed({ code, signal, lastWords }: ServiceExit): AkinError {
  return new AkinError('parser-crashed', 'The reader broke down on this file', {
    advice: 'Save the file anew in another program, then retry. Other files are not affected',
    details: { code, signal, lastWords },
  })
}

function notStarted({ code, signal, lastWords }: ServiceExit): AkinError {
  return new AkinError('parser-crashed', 'The reader could not be started', {
    advice: 'Restart Akin, then retry; if that does not help, install it anew',
    details: { code, signal, lastWords },
    retryable: true,
  })
}

export function cancelled(): AkinError {
  return new AkinError('cancelled', 'Cancelled')
}
