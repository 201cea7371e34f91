import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import type { ParentPort, UtilityProcess } from 'electron'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { spawnThroughMain } from '../../../electron/spawn-through-main.ts'
import { UtilityService } from '../../../electron/utility-service.ts'
import type { ServiceExit } from '../../../engine/processes/service.ts'

class FakeChild extends EventEmitter {
  pid: number | undefined
  readonly stderr = new PassThrough()
  readonly kill = vi.fn<() => boolean>(() => true)

  start(pid: number): void {
    this.pid = pid
    this.emit('spawn')
  }

  /** As Electron does it: the listeners of the pipe go with the event. */
  end(code: number): void {
    this.pid = undefined
    this.emit('exit', code)
    this.stderr.removeAllListeners()
  }

  get asUtilityProcess(): UtilityProcess {
    return this as unknown as UtilityProcess
  }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a utility process', () => {
  function watched() {
    const child = new FakeChild()
    const exit = Promise.withResolvers<ServiceExit>()
    const spawned: number[] = []
    const service = new UtilityService(child.asUtilityProcess, {
      onSpawn: (pid) => spawned.push(pid),
      onExit: (value) => exit.resolve(value),
    })
    return { child, service, spawned, exit: exit.promise }
  }

  it('has an id from its start to its end', async () => {
    const { child, service, spawned, exit } = watched()
    expect(service.pid).toBeUndefined()
    child.start(4_711)
    expect(service.pid).toBe(4_711)
    expect(spawned).toEqual([4_711])
    child.stderr.end()
    child.end(0)
    expect(service.pid).toBeUndefined()
    expect(await exit).toEqual({ code: 0, signal: null, lastWords: '' })
  })

  it('leaves its last words though they come after its end', async () => {
    const { child, exit } = watched()
    child.start(4_711)
    child.stderr.write('before, ')
    child.end(1)
    setImmediate(() => child.stderr.end('after'))
    expect((await exit).lastWords).toBe('before, after')
  })

  it('is not waited for when somebody else holds its pipe open', async () => {
    const { child, exit } = watched()
    child.start(4_711)
    child.end(1)
    expect((await exit).code).toBe(1)
  })

  it('says that memory ran out, which V8 tells Electron and not the pipe', async () => {
    const { child, exit } = watched()
    child.start(4_711)
    child.emit(
      'error',
      'FatalError',
      'Reached heap limit',
      '{"header":{"event":"Allocation failed - JavaScript heap out of memory"}}',
    )
    child.stderr.end()
    child.end(11)
    expect((await exit).lastWords).toMatch(/heap out of memory/)
  })

  it('is killed at once, and before it has started as soon as it has', () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
    const { child, service } = watched()
    service.kill()
    expect(kill).not.toHaveBeenCalled()
    child.start(4_711)
    expect(kill).toHaveBeenCalledExactlyOnceWith(4_711, 'SIGKILL')
  })

  it('is not killed after its end, when its number may be another’s', () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
    const { child, service } = watched()
    child.start(4_711)
    child.end(0)
    service.kill()
    expect(kill).not.toHaveBeenCalled()
  })
})

describe('services that the engine starts through the main process', () => {
  class FakeParentPort extends EventEmitter {
    readonly told: { type: string; id?: number; question?: number }[] = []
    postMessage(message: { type: string }): void {
      this.told.push(message)
    }
    hear(data: unknown, ports: unknown[] = []): void {
      this.emit('message', { data, ports })
    }
    get asParentPort(): ParentPort {
      return this
    }
  }

  class FakePort extends EventEmitter {
    readonly posted: unknown[] = []
    isStarted = false
    isClosed = false
    postMessage(message: unknown): void {
      this.posted.push(message)
    }
    start(): void {
      this.isStarted = true
    }
    close(): void {
      this.isClosed = true
    }
  }

  it('keep what is said until their port is there', () => {
    const parentPort = new FakeParentPort()
    const service = spawnThroughMain(parentPort.asParentPort)('inference')
    service.post({ type: 'load' })
    const port = new FakePort()
    parentPort.hear({ type: 'port', id: 1 }, [port])
    service.post({ type: 'embed' })
    expect(port.posted).toEqual([{ type: 'load' }, { type: 'embed' }])
    const heard: unknown[] = []
    port.emit('message', { data: 'early', ports: [] })
    service.onMessage((message) => heard.push(message))
    port.emit('message', { data: 'late', ports: [] })
    expect(heard).toEqual(['early', 'late'])
    expect(port.isStarted).toBe(true)
  })

  it('end once, close their port, and hear nothing afterwards', async () => {
    const parentPort = new FakeParentPort()
    const spawn = spawnThroughMain(parentPort.asParentPort)
    const [first, second] = [spawn('parser'), spawn('parser')]
    const port = new FakePort()
    parentPort.hear({ type: 'port', id: 1 }, [port])
    parentPort.hear({ type: 'spawned', id: 1, pid: 4_711 })
    expect(first.pid).toBe(4_711)
    const exit = { code: 9, signal: null, lastWords: '' }
    parentPort.hear({ type: 'exited', id: 1, exit })
    first.post('lost')
    const exits: unknown[] = []
    first.onExit((value) => exits.push(value))
    second.onExit((value) => exits.push(value))
    parentPort.hear({ type: 'exited', id: 1, exit })
    expect(exits).toEqual([exit])
    expect(port).toMatchObject({ posted: [], isClosed: true })
    expect(first.pid).toBeUndefined()
    expect(await first.residentBytes()).toBeNull()
  })

  it('are measured and killed by the main process', async () => {
    const parentPort = new FakeParentPort()
    const service = spawnThroughMain(parentPort.asParentPort)('parser', { heapLimitMb: 768, readableFolders: ['/code'] })
    expect(parentPort.told).toEqual([{ type: 'spawn', id: 1, name: 'parser', options: { heapLimitMb: 768 } }])
    const bytes = service.residentBytes()
    parentPort.hear({ type: 'memory', question: 1, bytes: 1_024 })
    expect(await bytes).toBe(1_024)
    service.kill()
    expect(parentPort.told.at(-1)).toEqual({ type: 'kill', id: 1 })
  })

  it('leave messages alone that are not about them', () => {
    const parentPort = new FakeParentPort()
    spawnThroughMain(parentPort.asParentPort)
    for (const data of [null, undefined, 7, { type: 'connect' }, { type: 'exited', id: 9, exit: {} }])
      parentPort.hear(data, [new FakePort()])
    expect(parentPort.told).toEqual([])
  })
})
