import { AkinError, fromWireError } from '../../../shared/errors.ts'
import type { SpawnService } from '../../processes/service.ts'
import type { PreparedGraph, PrepareOptions } from './graph/prepare-graph.ts'
import type { FromInference, ToInference } from './protocol.ts'

/**
 * `prepareGraph` in an inference process of its own, which takes the memory of a large model with it when it ends.
 *
 * @throws AkinError as `prepareGraph`; `inference-crashed` when the process died, probably for want of memory; what the signal was
 * aborted with
 */
export async function prepareModel(
  options: PrepareOptions & { readonly spawn: SpawnService; readonly signal?: AbortSignal },
): Promise<PreparedGraph> {
  const { spawn, signal, ...prepare } = options
  signal?.throwIfAborted()
  const service = spawn('inference')
  try {
    return await new Promise<PreparedGraph>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      service.onExit(({ code, signal: bySignal, lastWords }) =>
        reject(
          new AkinError('inference-crashed', 'The model file could not be made ready: the program for it stopped', {
            advice: 'Close other programs, so that there is memory for it, and try again',
            details: { code, signal: bySignal, lastWords: lastWords.slice(-500) },
            retryable: true,
          }),
        ),
      )
      service.onMessage((message) => {
        const answer = message as FromInference
        if (answer.type === 'error') reject(fromWireError(answer.error))
        if (answer.type !== 'prepared') return
        const { type: _type, id: _id, ...prepared } = answer
        resolve(prepared)
      })
      service.post({ type: 'prepare', id: 1, ...prepare } satisfies ToInference)
    })
  } finally {
    service.kill()
  }
}
