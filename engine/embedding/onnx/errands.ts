import { AkinError, fromWireError } from '../../../shared/errors.ts'
import type { SpawnService } from '../../processes/service.ts'
import type { PostProcessing } from '../post-processing.ts'
import type { PreparedGraph, PrepareOptions } from './graph/prepare-graph.ts'
import type { FromInference, ToInference } from './protocol.ts'

/** What an inference process of its own is started for. It takes its memory with it when it ends. */
export interface ErrandOptions {
  readonly spawn: SpawnService
  readonly signal?: AbortSignal
}

/**
 * `prepareGraph`, away from everything else: a large model takes twice its size in memory.
 *
 * @throws AkinError as `prepareGraph`; `inference-crashed` when the process died, probably for want of memory; what the signal was
 * aborted with
 */
export async function prepareModel(prepare: PrepareOptions, options: ErrandOptions): Promise<PreparedGraph> {
  const { type: _type, id: _id, ...prepared } = await run({ type: 'prepare', id: 1, ...prepare }, 'prepared', options)
  return prepared
}

/**
 * `fitPostProcessing`, away from everything else: it takes seconds.
 *
 * @throws AkinError as `fitPostProcessing`; `inference-crashed`; what the signal was aborted with
 */
export async function learnPostProcessing(
  sample: Omit<Extract<ToInference, { type: 'learn' }>, 'type' | 'id'>,
  options: ErrandOptions,
): Promise<PostProcessing> {
  return (await run({ type: 'learn', id: 1, ...sample }, 'learnt', options)).parameters
}

async function run<Type extends FromInference['type']>(
  message: ToInference,
  type: Type,
  { spawn, signal }: ErrandOptions,
): Promise<Extract<FromInference, { type: Type }>> {
  signal?.throwIfAborted()
  const service = spawn('inference')
  const { promise, resolve, reject } = Promise.withResolvers<Extract<FromInference, { type: Type }>>()
  const abort = (): void => reject(signal!.reason as Error)
  signal?.addEventListener('abort', abort, { once: true })
  service.onExit(({ code, signal: bySignal, lastWords }) =>
    reject(
      new AkinError('inference-crashed', 'The program that does this stopped before it was done', {
        advice: 'Close other programs, so that there is memory for it, and try again',
        details: { code, signal: bySignal, lastWords: lastWords.slice(-500) },
        retryable: true,
      }),
    ),
  )
  service.onMessage((reply) => {
    const answer = reply as FromInference
    if (answer.type === 'error') reject(fromWireError(answer.error))
    if (answer.type === type) resolve(answer as Extract<FromInference, { type: Type }>)
  })
  service.post(message)
  try {
    return await promise
  } finally {
    signal?.removeEventListener('abort', abort)
    service.kill()
  }
}
