import { AkinError } from '../../../shared/errors.ts'
import { EmbeddingsClient, type EmbeddingsClientOptions } from './embeddings-client.ts'

/** A text that every model takes; of the person's it holds nothing. */
export const harmlessText = 'Akin'

/** A server at home may have to load the model first. */
const timeoutMs = 60_000

/**
 * How long the vectors of a model are, by asking for one: sends the name of Akin and nothing of the person's.
 *
 * @throws AkinError `not-allowed`, `cancelled`, and whatever keeps the service from answering
 */
export async function measureDimension(
  options: Omit<EmbeddingsClientOptions, 'connectTimeoutMs'>,
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  const client = new EmbeddingsClient({ ...options, connectTimeoutMs: 10_000 })
  try {
    const attempt = { inputs: [harmlessText], tokens: 1, timeoutMs, signal }
    const first = await client.try({ ...attempt, encoding: 'base64' })
    const outcome = !first.ok && first.isRefusal ? await client.try({ ...attempt, encoding: 'float' }) : first
    if (!outcome.ok) throw outcome.error
    const [vector] = outcome.vectors
    if (vector === null || vector === undefined) throw withoutDirection(options.model.model)
    return vector.length
  } finally {
    await client.close()
  }
}

export function withoutDirection(model: string): AkinError {
  return new AkinError('embedding-failed', `${model} gave no usable vector for this text`)
}
