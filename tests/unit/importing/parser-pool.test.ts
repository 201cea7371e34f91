import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AkinError, isCode, toWireError } from '../../../shared/errors.ts'
import { ParserPool, type ParserPoolOptions } from '../../../engine/importing/parser-pool.ts'
import type { FromParser, ToParser } from '../../../engine/importing/parser-protocol.ts'
import type { ServiceExit, ServiceProcess, SpawnOptions } from '../../../engine/processes/service.ts'

/** A parser process that does what the file's name says. */
class FakeProcess implements ServiceProcess {
  readonly pid = 1
  resident = 100
  isKilled = false
  readonly read: string[] = []
  #onMessage: ((message: unknown) => void) | undefined
  #onExit: ((exit: ServiceExit) => void) | undefined

  post(message: unknown): void {
    const request = message as ToParser
    if (request.type === 'start') queueMicrotask(() => this.#answer({ type: 'ready' }))
    else {
      this.read.push(request.input.name)
      this.#parse(request)
    }
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#onMessage = listener
  }

  onExit(listener: (exit: ServiceExit) => void): void {
    this.#onExit = listener
  }

  kill(): void {
    this.isKilled = true
    queueMicrotask(() => this.exit({ code: null, signal: 'SIGKILL', lastWords: '' }))
  }

  exit(exit: ServiceExit): void {
    const listener = this.#onExit
    this.#onExit = undefined
    listener?.(exit)
  }

  async residentBytes(): Promise<number> {
    return this.resident
  }

  #parse({ id, input: { name } }: Extract<ToParser, { type: 'parse' }>): void {
    const residentBytes = this.resident
    const [verb, argument] = name.split(' ')
    if (verb === 'hang') return
    if (verb === 'grow') this.resident = Number(argument)
    else if (verb === 'crash') this.exit({ code: 1, signal: null, lastWords: argument ?? '' })
    else if (verb === 'fail') {
      const error = toWireError(new AkinError('encrypted', 'It is locked', { advice: 'Give the password' }))
      queueMicrotask(() => this.#answer({ type: 'failed', id, error, residentBytes }))
    } else queueMicrotask(() => this.#answer({ type: 'parsed', id, document: { title: name } as never, residentBytes }))
  }

  #answer(message: FromParser): void {
    if (!this.isKilled) this.#onMessage?.(message)
  }
}

const processes: FakeProcess[] = []
const spawned: (SpawnOptions | undefined)[] = []

function poolOf(options: Partial<ParserPoolOptions> = {}): ParserPool {
  return new ParserPool({
    spawn: (_, spawnOptions) => {
      const process = new FakeProcess()
      processes.push(process)
      spawned.push(spawnOptions)
      return process
    },
    modelFolder: '/models/small',
    ...options,
  })
}

const parse = (pool: ParserPool, name: string, more: Parameters<ParserPool['parse']>[1] = {}): Promise<string> =>
  pool.parse({ bytes: new Uint8Array(3), name }, more).then(({ title }) => title)

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof AkinError ? error.code : error),
  )

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
  processes.length = 0
  spawned.length = 0
})

describe('ParserPool', () => {
  it('reads one file after the other in the same process', async () => {
    const pool = poolOf()
    expect(await Promise.all(['a', 'b', 'c'].map((name) => parse(pool, name)))).toEqual(['a', 'b', 'c'])
    expect(processes.map(({ read }) => read)).toEqual([['a', 'b', 'c']])
  })

  it('uses as many processes at once as it may', async () => {
    const pool = poolOf({ maxProcesses: 2 })
    const done = ['hang', 'hang', 'c'].map((name) => codeOf(parse(pool, name)))
    await vi.advanceTimersByTimeAsync(100)
    expect(processes).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await Promise.all(done)).toEqual(['parser-timeout', 'parser-timeout', 'resolved'])
  })

  it('starts processes that may read only the folders given, with a heap limit', async () => {
    await parse(poolOf({ readableFolders: ['/app'], heapLimitMb: 100 }), 'a')
    expect(spawned).toEqual([{ heapLimitMb: 100, readableFolders: ['/app'] }])
  })

  it('passes on what the reader says of a file and keeps the process', async () => {
    const pool = poolOf()
    const error: unknown = await parse(pool, 'fail').catch((thrown: unknown) => thrown)
    expect(isCode(error, 'encrypted') && error.advice).toBe('Give the password')
    await parse(pool, 'a')
    expect(processes).toHaveLength(1)
  })

  it('kills a process that takes too long and goes on with a new one', async () => {
    const pool = poolOf()
    const slow = codeOf(parse(pool, 'hang'))
    const next = parse(pool, 'a')
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await slow).toBe('parser-timeout')
    expect(await next).toBe('a')
    expect(processes.map(({ isKilled }) => isKilled)).toEqual([true, false])
  })

  it('takes the time limit of the call before its own', async () => {
    const slow = codeOf(parse(poolOf(), 'hang', { timeoutMs: 500 }))
    await vi.advanceTimersByTimeAsync(500)
    expect(await slow).toBe('parser-timeout')
  })

  it('kills a process that grows too large', async () => {
    const large = codeOf(parse(poolOf({ limits: { maxResidentBytes: 1_000 } }), 'grow 2000'))
    await vi.advanceTimersByTimeAsync(200)
    expect(await large).toBe('parser-memory')
  })

  it('tries a file that brings its process down once more in a fresh one, then gives up', async () => {
    const pool = poolOf()
    expect(await codeOf(parse(pool, 'crash'))).toBe('parser-crashed')
    expect(processes.map(({ read }) => read)).toEqual([['crash'], ['crash']])
    expect(await parse(pool, 'a')).toBe('a')
  })

  it('tells a full heap from a crash, and does not try that again', async () => {
    const pool = poolOf()
    const full = codeOf(parse(pool, 'hang'))
    await vi.advanceTimersByTimeAsync(1)
    processes[0]!.exit({ code: null, signal: 'SIGABRT', lastWords: 'FATAL ERROR: JavaScript heap out of memory' })
    expect(await full).toBe('parser-memory')
    expect(processes).toHaveLength(1)
  })

  it('does not try a file again that ran into a limit', async () => {
    const slow = codeOf(parse(poolOf(), 'hang'))
    await vi.advanceTimersByTimeAsync(120_000)
    expect(await slow).toBe('parser-timeout')
    expect(processes).toHaveLength(1)
  })

  it('replaces a process after its number of files and when it has grown', async () => {
    const pool = poolOf({ filesPerProcess: 2 })
    for (const name of ['a', 'b', 'c']) await parse(pool, name)
    expect(processes.map(({ read }) => read.length)).toEqual([2, 1])
    const picky = poolOf({ keepBelowBytes: 50 })
    await parse(picky, 'a')
    await parse(picky, 'b')
    expect(processes).toHaveLength(4)
  })

  it('ends a process that waits for nothing', async () => {
    await parse(poolOf({ idleMs: 2_000 }), 'a')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(processes[0]!.isKilled).toBe(false)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(processes[0]!.isKilled).toBe(true)
  })

  it('does not end a process for having waited that is at work again', async () => {
    const pool = poolOf({ idleMs: 2_000 })
    await parse(pool, 'a')
    const slow = codeOf(parse(pool, 'hang'))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(processes[0]!.isKilled).toBe(false)
    await vi.advanceTimersByTimeAsync(25_000)
    expect(await slow).toBe('parser-timeout')
  })

  it('kills the process of a call that is given up, and forgets one that waits', async () => {
    const pool = poolOf()
    const [first, second] = [new AbortController(), new AbortController()]
    const calls = [parse(pool, 'hang', { signal: first.signal }), parse(pool, 'b', { signal: second.signal }), parse(pool, 'c')]
    const codes = calls.map(codeOf)
    await vi.advanceTimersByTimeAsync(10)
    second.abort()
    expect(await codes[1]).toBe('cancelled')
    first.abort()
    expect(await codes[0]).toBe('cancelled')
    expect(await codes[2]).toBe('resolved')
    expect(processes.map(({ read }) => read)).toEqual([['hang'], ['c']])
  })

  it('starts nothing for a call that is given up before it begins', async () => {
    const controller = new AbortController()
    controller.abort()
    expect(await codeOf(parse(poolOf(), 'a', { signal: controller.signal }))).toBe('cancelled')
    expect(processes).toHaveLength(0)
  })

  it('refuses a file over the size limit without a process', async () => {
    const pool = poolOf({ maxFileBytes: 2 })
    expect(await codeOf(parse(pool, 'a'))).toBe('file-too-large')
    expect(processes).toHaveLength(0)
  })

  it('ends everything when it is closed', async () => {
    const pool = poolOf()
    const codes = [codeOf(parse(pool, 'hang')), codeOf(parse(pool, 'b'))]
    await vi.advanceTimersByTimeAsync(10)
    await pool.close()
    expect(await Promise.all(codes)).toEqual(['unavailable', 'unavailable'])
    expect(await codeOf(parse(pool, 'c'))).toBe('unavailable')
    expect(processes.every(({ isKilled }) => isKilled)).toBe(true)
  })

  it('says that the reader could not be started when its process ends at once', async () => {
    const pool = new ParserPool({
      spawn: () => {
        const process = new FakeProcess()
        process.post = () => queueMicrotask(() => process.exit({ code: 1, signal: null, lastWords: 'no such file' }))
        processes.push(process)
        return process
      },
      modelFolder: '/models/small',
    })
    const error: unknown = await parse(pool, 'a').catch((thrown: unknown) => thrown)
    expect(isCode(error, 'parser-crashed') && error.message).toBe('The reader could not be started')
    expect(processes).toHaveLength(2)
  })
})
