import { AkinError, isCode } from '../../shared/errors.ts'
import type { SpawnService } from '../processes/service.ts'
import type { ParsedAndChunked, ParseInput } from './parse-result.ts'
import { cancelled, ParserProcess, type ParserLimits } from './parser-process.ts'

export interface ParserPoolOptions {
  readonly spawn: SpawnService
  /** Folder with the built-in model's `tokenizer.json`. */
  readonly modelFolder: string
  /** What a parser process may read: the app's code and `modelFolder`. Absent: the host sets no limit. */
  readonly readableFolders?: readonly string[]
  /** Processes at a time. More read a folder faster and take cores from embedding. */
  readonly maxProcesses?: number
  /** Files after which a process is replaced, whatever it leaks. */
  readonly filesPerProcess?: number
  /** Memory after a file beyond which a process is replaced. */
  readonly keepBelowBytes?: number
  /** How long a process waits for the next file. */
  readonly idleMs?: number
  readonly limits?: Partial<ParserLimits>
  readonly heapLimitMb?: number
  readonly maxFileBytes?: number
}

export interface ParseOptions {
  readonly signal?: AbortSignal
  /** Wall clock for this file, instead of the pool's. */
  readonly timeoutMs?: number
}

const megabyte = 1024 * 1024

/** Limits for one file that were found bearable: a 900-page book takes 3 seconds and 300 MB. */
export const defaultParserLimits = {
  maxFileBytes: 100_000_000,
  timeoutMs: 30_000,
  maxResidentBytes: 1024 * megabyte,
  heapLimitMb: 768,
} as const

/**
 * Reads files in processes that can be killed. Each process reads one file at a time and is used for many, until it
 * has read its number, has grown, or has waited a while. A file that brings its process down is tried once more in a
 * fresh one; one that runs into a limit is not.
 */
export class ParserPool {
  readonly #options: ParserPoolOptions
  readonly #limits: ParserLimits
  readonly #free: ParserProcess[] = []
  readonly #busy = new Set<ParserProcess>()
  readonly #waiting: (() => void)[] = []
  readonly #idleTimers = new Map<ParserProcess, NodeJS.Timeout>()
  #isClosed = false

  constructor(options: ParserPoolOptions) {
    this.#options = options
    const { timeoutMs, maxResidentBytes } = defaultParserLimits
    this.#limits = { timeoutMs, maxResidentBytes, ...options.limits }
  }

  /**
   * Reads one file; calls queue up in order. `input.bytes` is copied, not kept.
   *
   * @throws AkinError `file-too-large`, `file-empty`, `no-text`, `unsupported-format`, `encrypted`, `damaged-file`,
   * `text-too-large`, `parser-timeout`, `parser-memory`, `parser-crashed`, `cancelled`; `unavailable` after `close`
   */
  async parse(input: ParseInput, options: ParseOptions = {}): Promise<ParsedAndChunked> {
    const maxFileBytes = this.#options.maxFileBytes ?? defaultParserLimits.maxFileBytes
    if (input.bytes.length > maxFileBytes) throw fileTooLarge(input.bytes.length, maxFileBytes)
    try {
      return await this.#parseOnce(input, options)
    } catch (error) {
      if (!isCode(error, 'parser-crashed') || this.#isClosed) throw error
      return this.#parseOnce(input, options, true)
    }
  }

  /** Ends all processes and waits until they are gone; calls under way reject. */
  async close(): Promise<void> {
    this.#isClosed = true
    const processes = [...this.#free.splice(0), ...this.#busy]
    for (const process of processes) this.#drop(process)
    for (const wake of this.#waiting.splice(0)) wake()
    await Promise.all(processes.map((process) => process.exited))
  }

  async #parseOnce(input: ParseInput, { signal, timeoutMs }: ParseOptions, isFresh = false): Promise<ParsedAndChunked> {
    const process = await this.#take(signal, isFresh)
    try {
      const limits = timeoutMs === undefined ? this.#limits : { ...this.#limits, timeoutMs }
      return await process.parse(input, limits, signal)
    } catch (error) {
      throw this.#isClosed ? closed() : error
    } finally {
      this.#giveBack(process)
    }
  }

  async #take(signal: AbortSignal | undefined, isFresh: boolean): Promise<ParserProcess> {
    while (this.#mustWait(signal)) await this.#turn(signal)
    if (this.#isClosed) throw closed()
    if (signal?.aborted === true) {
      // The turn that woke this call belongs to the next one
      this.#waiting.shift()?.()
      throw cancelled()
    }
    let process = isFresh ? undefined : this.#free.pop()
    while (process?.isGone === true) process = this.#free.pop()
    process ??= this.#start()
    clearTimeout(this.#idleTimers.get(process))
    this.#idleTimers.delete(process)
    this.#busy.add(process)
    return process
  }

  #mustWait(signal: AbortSignal | undefined): boolean {
    const isWanted = !this.#isClosed && signal?.aborted !== true
    return isWanted && this.#busy.size >= Math.max(1, this.#options.maxProcesses ?? 1)
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      const abort = (): void => {
        const at = this.#waiting.indexOf(wake)
        if (at !== -1) this.#waiting.splice(at, 1)
        wake()
      }
      this.#waiting.push(wake)
      signal?.addEventListener('abort', abort)
    })
  }

  #start(): ParserProcess {
    const { spawn, modelFolder, readableFolders, heapLimitMb = defaultParserLimits.heapLimitMb } = this.#options
    return new ParserProcess(spawn('parser', { heapLimitMb, ...(readableFolders && { readableFolders }) }), modelFolder)
  }

  #giveBack(process: ParserProcess): void {
    this.#busy.delete(process)
    const { filesPerProcess = 200, keepBelowBytes = 512 * megabyte, idleMs = 5_000 } = this.#options
    const isWorn = process.filesRead >= filesPerProcess || process.residentBytes > keepBelowBytes
    if (process.isGone || isWorn || this.#isClosed) this.#drop(process)
    else {
      this.#free.push(process)
      this.#idleTimers.set(process, setTimeout(() => this.#retire(process), idleMs).unref())
    }
    this.#waiting.shift()?.()
  }

  #retire(process: ParserProcess): void {
    const at = this.#free.indexOf(process)
    if (at !== -1) this.#free.splice(at, 1)
    this.#drop(process)
  }

  #drop(process: ParserProcess): void {
    clearTimeout(this.#idleTimers.get(process))
    this.#idleTimers.delete(process)
    if (!process.isGone) process.kill()
  }
}

/** The error for a file over the size that Akin reads. */
export function fileTooLarge(sizeBytes: number, maxBytes: number): AkinError {
  const [size, most] = [sizeBytes, maxBytes].map((bytes) => Math.ceil(bytes / 1e6))
  return new AkinError('file-too-large', `The file has ${size} MB; the most that can be read is ${most} MB`, {
    advice: 'Split the file into parts and import those',
    details: { sizeBytes, maxBytes },
  })
}

function closed(): AkinError {
  return new AkinError('unavailable', 'Akin is closing')
}
