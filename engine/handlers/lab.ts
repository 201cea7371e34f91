import { AkinError } from '../../shared/errors.ts'
import type { RequestName } from '../../shared/contract/requests.ts'
import type { LabToken } from '../../shared/model/lab.ts'
import type { Handlers } from '../contract-table.ts'
import { gpt2Id, gpt2MaxTokens, gpt2Tokens } from '../lab/gpt2-tokens.ts'
import type { LabModels } from '../lab/lab-models.ts'
import { dot } from '../search/query-vector.ts'
import type { SpaceManager } from '../spaces/space-manager.ts'

export interface LabHandlersOptions {
  readonly models: LabModels
  readonly isInstalled: (id: string) => boolean
  readonly spaces: Pick<SpaceManager, 'managed'>
}

type LabRequests = Extract<RequestName, `lab.${string}`>

/** Numbers shown of each hidden state: enough to see that they differ. */
const shownNumbers = 96

const poolingWords: Readonly<Record<string, string>> = {
  'cls': 'The state of the first token stands for the whole text',
  'mean': 'The mean of the states of all tokens',
  'last-token': 'The state of the last token, which has seen all others',
  'weighted-mean': 'The mean of the states, later tokens counting more',
  'model': 'The model makes the vector itself',
}

export function labHandlers({ models, isInstalled, spaces }: LabHandlersOptions): Handlers<LabRequests> {
  return {
    'lab.tokens': async ({ modelId, text }) => {
      // GPT-2's vocabulary comes with Akin: its tokens can be looked at without the model
      if (modelId === gpt2Id && !isInstalled(modelId)) {
        return { tokens: await gpt2Tokens(text), isCut: false, maxTokens: gpt2MaxTokens }
      }
      const { embedder, maxTokens } = await models.use(modelId)
      const { tokens, isCut } = await embedder.tokens(text)
      return { tokens: [...tokens], isCut, maxTokens }
    },
    'lab.steps': async ({ modelId, text }) => {
      const { embedder, pooling } = await models.use(modelId)
      const { tokens, isCut, states, dimension, vector } = await embedder.hiddenStates(text)
      const rows = rowsOf(states, dimension)
      return {
        tokens: [...tokens],
        isCut,
        dimension,
        states: rows.map((row) => [...row.subarray(0, shownNumbers)]),
        lengths: rows.map((row) => Math.sqrt(dot(row, row))),
        vector: [...vector.subarray(0, shownNumbers)],
        pooling: poolingWords[pooling] ?? pooling,
      }
    },
    'lab.similarity': async ({ texts, spaceIds }, { signal }) => ({
      matrices: await Promise.all(
        spaceIds.map(async (spaceId) => {
          const { embedder, space } = await spaces.managed(spaceId).open()
          const vectors: Float32Array[] = []
          for (const text of texts) vectors.push(unit(await embedder.embedText(text, signal)))
          return { spaceId, name: space.name, rows: vectors.map((a) => vectors.map((b) => dot(a, b))) }
        }),
      ),
    }),
    'lab.nearestTokens': async ({ modelId, a, b }) => {
      const { embedder } = await models.use(modelId)
      const first = await embedder.hiddenStates(a)
      const second = await embedder.hiddenStates(b)
      // What the model puts round every text is near to everything
      const rows = rowsOf(second.states, second.dimension).map((row, index) => ({ index, vector: unit(row) }))
      const own = rows.filter(({ index }) => second.tokens[index]?.isSpecial !== true)
      if (own.length === 0) throw new AkinError('bad-request', 'The second text has no token')
      return {
        a: [...first.tokens] satisfies LabToken[],
        b: [...second.tokens],
        nearest: rowsOf(first.states, first.dimension).map((row) => nearestOf(unit(row), own)),
      }
    },
  }
}

function rowsOf(states: Float32Array, dimension: number): Float32Array[] {
  return Array.from({ length: states.length / dimension }, (_, row) => states.subarray(row * dimension, (row + 1) * dimension))
}

interface PlacedVector {
  readonly index: number
  readonly vector: Float32Array
}

function nearestOf(vector: Float32Array, rows: readonly PlacedVector[]): { index: number; cosine: number } {
  let best = { index: 0, cosine: -Infinity }
  for (const row of rows) {
    const cosine = dot(vector, row.vector)
    if (cosine > best.cosine) best = { index: row.index, cosine }
  }
  return best
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector)) || 1
  return vector.map((value) => value / length)
}
