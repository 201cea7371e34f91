import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EmbedderState } from '../../../engine/embedding/embedder.ts'
import { builtInModel } from '../../../engine/embedding/model-spec.ts'
import { OnnxEmbedder } from '../../../engine/embedding/onnx/onnx-embedder.ts'
import { AkinError } from '../../../shared/errors.ts'
import { fakeSpawn, type FakeInference } from './fake-inference.ts'

const vector = new Float32Array(384).fill(1)
let states: string[]
const open: OnnxEmbedder[] = []

function embedderOf(prepare?: (process: FakeInference, number: number) => void) {
  const { spawn, processes } = fakeSpawn(prepare)
  const embedder = new OnnxEmbedder({
    model: builtInModel,
    modelsFolder: '/models',
    spawn,
    threads: 1,
    onState: (state: EmbedderState, reason) => states.push(reason === null ? state : `${state}: ${reason.code}`),
  })
  open.push(embedder)
  return { embedder, processes }
}

/** Answers everything. */
const answersAll = (process: FakeInference): void => {
  process.react = (message, self) => {
    if (message.type === 'load') self.answer({ type: 'loaded', id: message.id, loadMs: 1 })
    if (message.type === 'embed') self.answer({ type: 'vector', id: message.id, vector, computeMs: 3 })
  }
}

/** Dies of the first text. */
const diesOfTexts = (process: FakeInference): void => {
  process.react = (message, self) => {
    if (message.type === 'load') self.answer({ type: 'loaded', id: message.id, loadMs: 1 })
    if (message.type === 'embed') self.die()
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}

beforeEach(() => {
  states = []
  vi.useFakeTimers()
})
afterEach(async () => {
  for (const embedder of open.splice(0)) await embedder.close()
  vi.useRealTimers()
})

describe('the inference process', () => {
  it('is started by whoever needs it first, once for all who come meanwhile', async () => {
    const { embedder, processes } = embedderOf(answersAll)
    expect(processes).toHaveLength(0)
    await Promise.all([embedder.embedQuery('a'), embedder.embedPassage('b'), embedder.warmUp()])
    expect(processes).toHaveLength(1)
    expect(states).toEqual(['starting', 'ready'])
  })

  it('gets the prefix of its model for queries and none for passages', async () => {
    const { embedder, processes } = embedderOf(answersAll)
    await embedder.embedQuery('tea')
    await embedder.embedPassage('tea')
    await embedder.embedText('tea')
    expect(processes[0]!.asked.map(({ text, isUrgent }) => [text, isUrgent])).toEqual([
      ['Represent this sentence for searching relevant passages: tea', true],
      ['tea', false],
      ['tea', true],
    ])
  })

  it('is told of what nobody waits for any more', async () => {
    const { embedder, processes } = embedderOf()
    const controller = new AbortController()
    const embedding = embedder.embedPassage('long', controller.signal)
    await turns()
    controller.abort()
    const { id } = processes[0]!.asked[0]!
    expect(processes[0]!.received.at(-1)).toEqual({ type: 'cancel', id })
    processes[0]!.fail(id, new AkinError('cancelled', 'Cancelled'))
    await expect(embedding).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('is not asked for what was given up while it loaded', async () => {
    const { embedder, processes } = embedderOf((process) => {
      process.react = () => undefined
    })
    const controller = new AbortController()
    const embedding = embedder.embedQuery('tea', controller.signal)
    await turns()
    controller.abort()
    const { id } = processes[0]!.received[0]!
    processes[0]!.answer({ type: 'loaded', id, loadMs: 1 })
    await expect(embedding).rejects.toMatchObject({ name: 'AbortError' })
    expect(processes[0]!.asked).toEqual([])
  })

  it('is not left behind when the embedder closes, and who waits is told', async () => {
    const { embedder, processes } = embedderOf()
    const embedding = embedder.embedPassage('x')
    await turns()
    await embedder.close()
    await expect(embedding).rejects.toMatchObject({ code: 'unavailable' })
    await expect(embedder.embedQuery('y')).rejects.toMatchObject({ code: 'unavailable' })
    expect(processes.every(({ isKilled }) => isKilled)).toBe(true)
    // That Akin closes is no failure of the model
    expect(states).toEqual(['starting', 'ready'])
  })

  it('is not left behind when the embedder closes while it loads', async () => {
    const { embedder, processes } = embedderOf((process) => {
      process.react = () => undefined
    })
    const embedding = embedder.embedPassage('x')
    await turns()
    await embedder.close()
    await expect(embedding).rejects.toMatchObject({ code: 'unavailable' })
    expect(processes.every(({ isKilled }) => isKilled)).toBe(true)
    expect(states).toEqual(['starting'])
  })
})

describe('a death of the inference process', () => {
  it('is told, and it is started again though nobody asks for it', async () => {
    const { embedder, processes } = embedderOf(answersAll)
    await embedder.embedPassage('x')
    processes[0]!.die()
    await vi.advanceTimersByTimeAsync(100)
    expect(processes).toHaveLength(2)
    expect(states).toEqual(['starting', 'ready', 'restarting: inference-crashed', 'ready'])
  })

  it('rejects the passages that it had, so that their job finds out which one it was', async () => {
    const { embedder } = embedderOf((process, number) => (number === 0 ? diesOfTexts(process) : answersAll(process)))
    const passages = [embedder.embedPassage('a'), embedder.embedPassage('b')]
    for (const result of await Promise.allSettled(passages))
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'inference-crashed' } })
    await vi.advanceTimersByTimeAsync(100)
    await expect(embedder.embedPassage('a')).resolves.toEqual(vector)
  })

  it('lets a query be asked once more, since it was probably not its fault', async () => {
    const { embedder, processes } = embedderOf((process, number) => (number === 0 ? diesOfTexts(process) : answersAll(process)))
    const query = embedder.embedQuery('tea')
    await vi.advanceTimersByTimeAsync(100)
    await expect(query).resolves.toMatchObject({ computeMs: 3 })
    expect(processes).toHaveLength(2)
  })

  it('fails a query that the process dies of every time', async () => {
    const { embedder, processes } = embedderOf(diesOfTexts)
    const query = embedder.embedQuery('tea').catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await query).toMatchObject({ code: 'inference-crashed' })
    expect(processes.length).toBeLessThanOrEqual(4)
  })

  it('is waited for longer each time, until texts are answered again', async () => {
    const startedAt: number[] = []
    const { embedder } = embedderOf((process) => {
      startedAt.push(Date.now())
      diesOfTexts(process)
    })
    for (let i = 0; i < 4; i++) {
      await embedder.embedPassage('x').catch(() => undefined)
      await vi.advanceTimersByTimeAsync(15_000)
    }
    // Each passage is asked for at a multiple of fifteen seconds, and its process dies of it at once
    expect(startedAt.slice(1).map((at, i) => at - startedAt[0]! - i * 15_000)).toEqual([0, 500, 2_000, 10_000])
  })

  it('while it loads is tried again, and then is a fault of the model and never of a passage', async () => {
    const { embedder, processes } = embedderOf((process) => {
      process.react = (message, self) => message.type === 'load' && self.die()
    })
    const passage = embedder.embedPassage('x').catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await passage).toMatchObject({ code: 'model-failed' })
    expect(processes.length).toBeGreaterThan(1)
    expect(processes.length).toBeLessThanOrEqual(4)
    expect(states.at(-1)).toBe('failed: model-failed')
  })

  it('while it loads is healed when it happens once', async () => {
    const { embedder } = embedderOf((process, number) => {
      if (number === 0) process.react = (message, self) => message.type === 'load' && self.die()
      else answersAll(process)
    })
    const passage = embedder.embedPassage('x')
    await vi.advanceTimersByTimeAsync(1_000)
    await expect(passage).resolves.toEqual(vector)
  })
})

describe('a model that cannot be loaded', () => {
  const missing = new AkinError('model-missing', 'The model file is not there', { advice: 'Install Akin again' })
  const fails = (process: FakeInference): void => {
    process.react = (message, self) => message.type === 'load' && self.fail(message.id, missing)
  }

  it('is told with its own reason', async () => {
    const { embedder } = embedderOf(fails)
    await expect(embedder.embedPassage('x')).rejects.toMatchObject({ code: 'model-missing', advice: 'Install Akin again' })
    expect(states).toEqual(['starting', 'failed: model-missing'])
    expect(embedder.state).toBe('failed')
  })

  it('is not tried for each text, but again after a while', async () => {
    const { embedder, processes } = embedderOf((process, number) => (number === 0 ? fails(process) : answersAll(process)))
    for (let i = 0; i < 50; i++) await expect(embedder.embedQuery('tea')).rejects.toMatchObject({ code: 'model-missing' })
    expect(processes).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(3_000)
    await embedder.embedQuery('tea')
    expect(processes).toHaveLength(2)
    expect(states.at(-1)).toBe('ready')
  })
})

describe('threads', () => {
  it('are measured by the process and kept for the next one', async () => {
    const { embedder, processes } = embedderOf((process) => {
      process.react = (message, self) => {
        if (message.type === 'load') self.answer({ type: 'loaded', id: message.id, loadMs: 1 })
        if (message.type === 'measure-threads')
          self.answer({ type: 'measured', id: message.id, threads: 2, batchSize: 1, tokensPerSecond: { 1: 10, 2: 20 } })
      }
    })
    expect(await embedder.measureThreads([1, 2])).toMatchObject({ threads: 2 })
    processes[0]!.die()
    await vi.advanceTimersByTimeAsync(100)
    expect(processes[1]!.received[0]).toMatchObject({ type: 'load', threads: 2 })
  })

  it('are changed by loading the model again, unless they are the same', async () => {
    const { embedder, processes } = embedderOf(answersAll)
    await embedder.useThreads(1)
    await embedder.warmUp()
    await embedder.useThreads(4)
    await embedder.useThreads(4)
    expect(processes[0]!.received.map((message) => (message.type === 'load' ? message.threads : message.type))).toEqual([1, 4])
  })

  it('are used with as many passages a run as were measured with them', async () => {
    const { embedder, processes } = embedderOf(answersAll)
    await embedder.useSpeed({ threads: 2, batchSize: 8 })
    await embedder.warmUp()
    await embedder.useThreads(2)
    const loads = processes[0]!.received.map((message) => (message.type === 'load' ? [message.threads, message.batchSize] : []))
    expect(loads).toEqual([
      [2, 8],
      [2, 1],
    ])
  })
})

describe('a death at several passages at once', () => {
  it('blames none of them, and reads one by one from then on', async () => {
    const { embedder, processes } = embedderOf((process) => {
      process.react = (message, self) => {
        if (message.type === 'load') self.answer({ type: 'loaded', id: message.id, loadMs: 1 })
        if (message.type !== 'embed') return
        self.answer({ type: 'working', id: message.id })
        if (message.id === self.asked[1]?.id) self.die()
      }
    })
    await embedder.useSpeed({ threads: 1, batchSize: 8 })
    for (const result of await Promise.allSettled(['a', 'b'].map((text) => embedder.embedPassage(text))))
      expect(result).toMatchObject({ reason: { code: 'inference-crashed', details: { wasAtIt: false } } })
    await vi.advanceTimersByTimeAsync(100)
    expect(processes.map(({ received: [load] }) => load)).toMatchObject([{ batchSize: 8 }, { batchSize: 1 }])
  })

  it('blames the only one that it was at', async () => {
    const { embedder, processes } = embedderOf()
    const passages = ['a', 'b'].map((text) => embedder.embedPassage(text))
    await turns()
    const [first, second] = processes[0]!.asked
    processes[0]!.answer({ type: 'working', id: first!.id })
    processes[0]!.answer({ type: 'vector', id: first!.id, vector, computeMs: 1 })
    processes[0]!.answer({ type: 'working', id: second!.id })
    processes[0]!.die()
    expect(await Promise.allSettled(passages)).toMatchObject([
      { status: 'fulfilled' },
      { reason: { details: { wasAtIt: true } } },
    ])
  })
})
