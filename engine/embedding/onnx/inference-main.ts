import { AkinError, toWireError } from '../../../shared/errors.ts'
import { servicePort } from '../../processes/service-port.ts'
import { fitPostProcessing, type PostProcessing } from '../post-processing.ts'
import { prepareGraph } from './graph/prepare-graph.ts'
import { showStates, showTokens } from './inspect.ts'
import { measureSpeed } from './measure-speed.ts'
import { loadOnnxModel, type LoadOptions, type OnnxModel } from './onnx-model.ts'
import { PassageQueue, type ReadText } from './passage-queue.ts'
import { probeModel } from './probe.ts'
import type { FromInference, ToInference } from './protocol.ts'
import { refuseNetwork } from './transformers.ts'

/**
 * The inference process: the only one that loads ONNX Runtime, whose calls block the JavaScript thread. It embeds one
 * text a call, unless a batch was measured to be faster, and looks at its messages between two calls, so that a query
 * overtakes an import.
 */
type Message<Type extends ToInference['type']> = Extract<ToInference, { type: Type }>
type Answer = FromInference extends infer M ? (M extends { id: number } ? Omit<M, 'id'> : never) : never

interface Task {
  readonly id: number
  readonly run: () => Promise<void>
}

interface Loaded {
  readonly model: OnnxModel
  readonly options: LoadOptions
  readonly batchSize: number
}

refuseNetwork()
const port = servicePort()
/** Loading, measuring and probing: nothing else may use the model meanwhile. */
const chores: Task[] = []
const urgent: Task[] = []
const patient = new PassageQueue()
/** Texts that the model is at, or between two windows of; true once nobody waits for them. */
const underWay = new Map<number, { isCancelled: boolean }>()
let isWorking = false
let loaded: Loaded | undefined
/** What was asked for last: opened again when it could not be kept. */
let wanted: (LoadOptions & { readonly batchSize: number }) | undefined

const answer = (message: FromInference): void => port.post(message)
const fail = (id: number, error: unknown): void => answer({ type: 'error', id, error: toWireError(error) })

port.onMessage((message) => {
  const request = message as ToInference
  switch (request.type) {
    case 'load':
      chores.push(task(request.id, () => load(request)))
      break
    case 'measure-threads':
      chores.push(task(request.id, () => measure(request)))
      break
    case 'probe':
      chores.push(task(request.id, async () => ({ type: 'probed', report: await probeModel((await current()).model) })))
      break
    case 'prepare':
      chores.push(task(request.id, async () => ({ type: 'prepared', ...(await prepareGraph(request)) })))
      break
    case 'learn':
      chores.push(task(request.id, async () => ({ type: 'learnt', parameters: learn(request) })))
      break
    case 'tokens':
      urgent.push(
        task(request.id, async () => ({ type: 'tokens', ...showTokens((await current()).model.tokenizer, request.text) })),
      )
      break
    case 'states':
      urgent.push(
        task(request.id, async () => ({ type: 'states', ...(await showStates((await current()).model, request.text)) })),
      )
      break
    case 'embed':
      if (request.isUrgent) urgent.push({ id: request.id, run: () => embed(request) })
      else patient.push(request)
      break
    case 'cancel':
      cancel(request.id)
  }
  if (!isWorking) void work()
})

/** A task that answers what it gives, or the error. */
function task(id: number, give: () => Promise<Answer>): Task {
  return {
    id,
    run: async () => {
      try {
        answer({ ...(await give()), id })
      } catch (error) {
        fail(id, error)
      }
    },
  }
}

/** @throws AkinError what kept the model from being loaded */
async function current(): Promise<Loaded> {
  if (wanted === undefined) throw new AkinError('model-failed', 'No model is loaded')
  loaded ??= { model: await loadOnnxModel(wanted), options: wanted, batchSize: wanted.batchSize }
  return loaded
}

async function load({ model, modelsFolder, threads, batchSize = 1 }: Message<'load'>): Promise<Answer> {
  const startedAt = performance.now()
  const before = loaded
  wanted = { model, modelsFolder, threads, batchSize }
  if (before !== undefined && isSameModel(before.options, wanted)) {
    await kept(before.model.useThreads(threads))
    loaded = { model: before.model, options: wanted, batchSize }
  } else {
    loaded = { model: await loadOnnxModel(wanted), options: wanted, batchSize }
    await before?.model.dispose()
  }
  return { type: 'loaded', loadMs: performance.now() - startedAt }
}

function isSameModel(a: LoadOptions, b: LoadOptions): boolean {
  return a.modelsFolder === b.modelsFolder && JSON.stringify(a.model) === JSON.stringify(b.model)
}

async function measure({ candidates }: Message<'measure-threads'>): Promise<Answer> {
  const { model, options } = await current()
  const speed = await kept(measureSpeed(model, candidates))
  wanted = { ...options, threads: speed.threads, batchSize: speed.batchSize }
  loaded = { model, options: wanted, batchSize: speed.batchSize }
  return { type: 'measured', ...speed }
}

function learn({ rows, dimension, method }: Message<'learn'>): PostProcessing {
  return fitPostProcessing(rows, dimension, method)
}

/** A model that could not be opened with other threads is loaded anew when it is needed next, and blamed on no text. */
async function kept<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening
  } catch (error) {
    loaded = undefined
    throw error
  }
}

function cancel(id: number): void {
  const index = urgent.findIndex((one) => one.id === id)
  if (index >= 0) urgent.splice(index, 1)
  else if (!patient.remove(id)) {
    const text = underWay.get(id)
    if (text !== undefined) text.isCancelled = true
    return
  }
  fail(id, new AkinError('cancelled', 'Cancelled'))
}

async function work(): Promise<void> {
  isWorking = true
  for (let next = nextTask(); next !== undefined; next = nextTask()) {
    await next()
    await messages()
  }
  isWorking = false
}

/** Lets messages in: a query that came meanwhile goes next. */
function messages(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function nextTask(): (() => Promise<void>) | undefined {
  const first = chores.shift() ?? urgent.shift()
  if (first !== undefined) return first.run
  if (patient.isEmpty) return undefined
  if ((loaded?.batchSize ?? 1) > 1) return embedBatch
  const text = patient.next()!
  return () => embed(text)
}

async function embed({ id, text }: { id: number; text: string }): Promise<void> {
  answer({ type: 'working', id })
  const state = { isCancelled: false }
  underWay.set(id, state)
  try {
    const { model } = await current()
    const startedAt = performance.now()
    const vector = await model.embed(model.read(text), () => betweenWindows(state))
    answer({ type: 'vector', id, vector, computeMs: performance.now() - startedAt })
  } catch (error) {
    fail(id, textFailure(error))
  } finally {
    underWay.delete(id)
  }
}

/** A long text takes its time: queries go before its next window. */
async function betweenWindows(state: { readonly isCancelled: boolean }): Promise<void> {
  await messages()
  for (let next = urgent.shift(); next !== undefined; next = urgent.shift()) await next.run()
  if (state.isCancelled) throw new AkinError('cancelled', 'Cancelled')
}

async function embedBatch(): Promise<void> {
  const texts = await nextBatch().catch(() => [])
  if (texts.length <= 1) return embed(texts[0] ?? patient.next()!)
  for (const { id } of texts) answer({ type: 'working', id })
  try {
    const { model } = await current()
    const startedAt = performance.now()
    const vectors = await model.embedTogether(texts.map(({ reading }) => reading))
    const computeMs = (performance.now() - startedAt) / texts.length
    for (const [index, { id }] of texts.entries()) answer({ type: 'vector', id, vector: vectors[index]!, computeMs })
  } catch {
    // One of them failed: by itself each has its own answer
    for (const text of texts) await embed(text)
  }
}

async function nextBatch(): Promise<ReadText[]> {
  const { model, batchSize } = await current()
  return patient.nextBatch(batchSize, (text) => model.read(text))
}

function textFailure(error: unknown): AkinError {
  if (error instanceof AkinError) return error
  return new AkinError('embedding-failed', 'This text could not be embedded', {
    cause: error,
    details: { reason: String(error) },
  })
}
