import { AkinError } from '../../../shared/errors.ts'
import type { RemoteModel } from './remote-model.ts'
import { loadTokenMeter } from './token-meter.ts'

/** What filling a space would send, told before the first byte leaves. */
export interface RemoteEstimate {
  /** Texts that would be sent. */
  readonly inputs: number
  readonly tokens: number
  /** Texts that are longer than the model takes and would be cut. */
  readonly cutInputs: number
  /** True when the service will count the same tokens. */
  readonly isExact: boolean
}

/** Tokens counted without a break for other work. */
const tokensAtOnce = 50_000

/**
 * Counts what passages would be sent as. Nothing is sent.
 *
 * @param texts the passages as they are given to `embedPassage`; empty ones are not counted, as they are never sent
 * @throws AkinError `cancelled`
 */
export async function estimateRemote(
  texts: AsyncIterable<string> | Iterable<string>,
  model: Pick<RemoteModel, 'tokenizer' | 'limits' | 'passagePrefix'>,
  signal?: AbortSignal,
): Promise<RemoteEstimate> {
  const meter = await loadTokenMeter(model.tokenizer)
  let [inputs, tokens, cutInputs, sinceBreak] = [0, 0, 0, 0]
  let isExact = true
  for await (const passage of texts) {
    if (signal?.aborted === true) throw new AkinError('cancelled', 'Cancelled')
    if (passage.trim() === '') continue
    const fitted = meter.fit(model.passagePrefix + passage, model.limits.tokensEach)
    inputs++
    tokens += fitted.tokens
    sinceBreak += fitted.tokens
    if (fitted.isCut) cutInputs++
    isExact &&= meter.isExactFor(fitted.text)
    if (sinceBreak < tokensAtOnce) continue
    sinceBreak = 0
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { inputs, tokens, cutInputs, isExact: isExact && model.tokenizer !== 'estimate' }
}
