import { AkinError, toWireError } from '../../../shared/errors.ts'
import { servicePort } from '../../processes/service-port.ts'
import { loadOnnxModel, type LoadedModel, type LoadOptions } from './onnx-model.ts'
import type { FromInference, ToInference } from './protocol.ts'

/**
 * The inference process: the only one that loads ONNX Runtime, whose calls block the JavaScript thread. It embeds one
 * text a call (faster and more exact than batches with int8, and lighter) and looks at its messages between two texts,
 * so that a query overtakes an import.
 */
type Embed = Extract<ToInference, { type: 'embed' }>

const port = servicePort()
const urgent: Embed[] = []
const patient: Embed[] = []
/** Loading and measuring: nothing else may use the model meanwhile. */
const chores: (() => Promise<void>)[] = []
let isWorking = false
let loaded: { model: LoadedModel; options: LoadOptions } | undefined

const answer = (message: FromInference): void => port.post(message)
const fail = (id: number, error: unknown): void => answer({ type: 'error', id, error: toWireError(error) })

port.onMessage((message) => {
  const request = message as ToInference
  switch (request.type) {
    case 'load':
      chores.push(() => load(request).catch((error: unknown) => fail(request.id, error)))
      break
    case 'measure-threads':
      chores.push(() => measureThreads(request).catch((error: unknown) => fail(request.id, error)))
      break
    case 'embed':
      ;(request.isUrgent ? urgent : patient).push(request)
      break
    case 'cancel':
      cancel(request.id)
  }
  if (!isWorking) void work()
})

async function load({ id, ...options }: Extract<ToInference, { type: 'load' }>): Promise<void> {
  const startedAt = performance.now()
  const model = await loadOnnxModel(options)
  const before = loaded
  loaded = { model, options }
  await before?.model.dispose()
  answer({ type: 'loaded', id, loadMs: performance.now() - startedAt })
}

function cancel(id: number): void {
  for (const queue of [urgent, patient]) {
    const index = queue.findIndex((request) => request.id === id)
    if (index < 0) continue
    queue.splice(index, 1)
    fail(id, new AkinError('cancelled', 'Cancelled'))
  }
}

async function work(): Promise<void> {
  isWorking = true
  for (let next = nextTask(); next !== undefined; next = nextTask()) {
    await next()
    // Lets messages in: a query that came meanwhile goes next
    await new Promise((resolve) => setImmediate(resolve))
  }
  isWorking = false
}

function nextTask(): (() => Promise<void>) | undefined {
  const chore = chores.shift()
  if (chore !== undefined) return chore
  const text = urgent.shift() ?? patient.shift()
  return text === undefined ? undefined : () => embed(text)
}

async function embed({ id, text }: Embed): Promise<void> {
  answer({ type: 'working', id })
  try {
    if (loaded === undefined) throw new AkinError('model-failed', 'No model is loaded')
    const startedAt = performance.now()
    const vector = await loaded.model.embedIds(loaded.model.tokenIds(text))
    answer({ type: 'vector', id, vector, computeMs: performance.now() - startedAt })
  } catch (error) {
    fail(
      id,
      error instanceof AkinError
        ? error
        : new AkinError('embedding-failed', 'This text could not be embedded', {
            cause: error,
            details: { reason: String(error) },
          }),
    )
  }
}

const measuredRuns = 8
const measuredTokens = 128

/** More threads must be worth it: they take time from everything else. */
const worthwhile = 1.1

async function measureThreads({ id, candidates }: Extract<ToInference, { type: 'measure-threads' }>): Promise<void> {
  if (loaded === undefined) throw new AkinError('model-failed', 'No model is loaded')
  const { options } = loaded
  const tokensPerSecond: Record<number, number> = {}
  let best = { threads: options.threads, rate: 0 }
  for (const threads of candidates) {
    const model = await loadOnnxModel({ ...options, threads })
    const rate = await passageRate(model)
    tokensPerSecond[threads] = Math.round(rate)
    await model.dispose()
    if (rate > best.rate * worthwhile) best = { threads, rate }
  }
  if (best.threads !== options.threads) await load({ type: 'load', id: 0, ...options, threads: best.threads })
  answer({ type: 'measured', id, threads: best.threads, tokensPerSecond })
}

async function passageRate(model: LoadedModel): Promise<number> {
  const ids = model
    .tokenIds('the tide came in and the tide went out, and the harbour wall stood where it had stood '.repeat(20))
    .slice(0, measuredTokens)
  const times: number[] = []
  for (let run = 0; run < measuredRuns; run++) {
    const startedAt = performance.now()
    await model.embedIds(ids)
    times.push(performance.now() - startedAt)
  }
  const median = times.toSorted((a, b) => a - b)[measuredRuns >> 1]!
  return (ids.length / median) * 1_000
}
