import { endianness } from 'node:os'
import { z } from 'zod'
import { AkinError } from '../../../shared/errors.ts'

/** https://platform.openai.com/docs/api-reference/embeddings/object, as far as it is used; servers leave some of it out. */
const Answer = z.object({
  data: z.array(
    z.object({ index: z.int().nonnegative().optional(), embedding: z.union([z.string(), z.array(z.number().nullable())]) }),
  ),
  usage: z.object({ prompt_tokens: z.number().nonnegative().optional() }).nullish(),
})

export interface ReadAnswer {
  /** In the order of the inputs, of length 1; `null` where the service gave no direction: only zeros, or no number. */
  readonly vectors: readonly (Float32Array | null)[]
  /** As the service counted them; `null` when it does not say. */
  readonly tokens: number | null
}

export interface AnswerExpectation {
  readonly host: string
  readonly model: string
  readonly inputs: number
  /** `null` takes any, as long as all are alike. */
  readonly dimension: number | null
}

/**
 * Reads the vectors of an answer and puts them back by their index.
 *
 * @throws AkinError `remote-failed` when it is not an answer to these inputs, `dimension-mismatch`
 */
export function readAnswer(body: unknown, expected: AnswerExpectation): ReadAnswer {
  const { host, inputs } = expected
  const answer = Answer.safeParse(body)
  if (!answer.success) throw strange(`${host} answered, but not with vectors`)
  const { data, usage } = answer.data
  if (data.length !== inputs) throw strange(`${host} answered with ${data.length} vectors for ${inputs} texts`)
  const vectors = Array.from<Float32Array | null | undefined>({ length: inputs })
  for (const [position, { index, embedding }] of data.entries()) {
    const place = index ?? position
    if (place >= inputs || vectors[place] !== undefined) throw strange(`${host} answered with vectors in no clear order`)
    vectors[place] = normalised(numbersOf(embedding, host))
  }
  checkDimension(vectors as (Float32Array | null)[], data, expected)
  return { vectors: vectors as (Float32Array | null)[], tokens: usage?.prompt_tokens ?? null }
}

function numbersOf(embedding: string | readonly (number | null)[], host: string): Float32Array {
  if (typeof embedding !== 'string') return Float32Array.from(embedding, (value) => value ?? Number.NaN)
  const bytes = Buffer.from(embedding, 'base64')
  if (bytes.length === 0 || bytes.length % 4 !== 0) throw strange(`${host} answered with vectors that cannot be read`)
  if (endianness() === 'BE') bytes.swap32()
  // A copy, since a slice of Node's pool may begin anywhere
  return new Float32Array(new Uint8Array(bytes).buffer)
}

/** Of length 1, summed up in double precision; `null` when it has no direction. */
function normalised(vector: Float32Array): Float32Array | null {
  let sum = 0
  for (const value of vector) sum += value * value
  const length = Math.sqrt(sum)
  if (!Number.isFinite(length) || length === 0) return null
  return vector.map((value) => value / length)
}

function checkDimension(
  vectors: readonly (Float32Array | null)[],
  data: readonly { embedding: string | readonly unknown[] }[],
  { model, host, dimension }: AnswerExpectation,
): void {
  const given = vectors.find((vector) => vector !== null)?.length ?? lengthOf(data[0]?.embedding)
  const wanted = dimension ?? given
  if (given === wanted && vectors.every((vector) => vector === null || vector.length === wanted)) return
  throw new AkinError(
    'dimension-mismatch',
    `${model} at ${host} gives vectors of ${given} numbers, and the space has ${wanted}`,
    {
      advice:
        'The service runs another model under this name, or does not take the dimensions asked for: add it as a space of its own',
      details: { given, wanted },
    },
  )
}

function lengthOf(embedding: string | readonly unknown[] | undefined): number {
  if (embedding === undefined) return 0
  return typeof embedding === 'string' ? Math.floor((embedding.replace(/=+$/, '').length * 3) / 16) : embedding.length
}

function strange(message: string): AkinError {
  return new AkinError('remote-failed', message, {
    advice:
      'Check that the address is that of a service with OpenAI’s interface for embeddings, and the model one for embeddings',
  })
}
