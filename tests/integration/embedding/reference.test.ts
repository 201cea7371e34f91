import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtInModel } from '../../../engine/embedding/model-spec.ts'
import type { OnnxEmbedder } from '../../../engine/embedding/onnx/onnx-embedder.ts'
import { cosine, cosineFloor, readReference, startInference } from './inference.ts'

const reference = readReference()
const { floor, because } = cosineFloor()
/** Typed by somebody, these are text to us and special tokens to the library that made the reference. */
const special = /\[(CLS|SEP|MASK|PAD|UNK)\]/

let embedder: OnnxEmbedder

beforeAll(() => {
  embedder = startInference()
})

afterAll(() => embedder.close())

async function idsOf(text: string): Promise<number[]> {
  const { tokens } = await embedder.tokens(text)
  return tokens.map(({ id }) => id)
}

describe.skipIf(reference === null)('the inference process, against the reference', () => {
  const cases = reference?.cases ?? []
  const plain = cases.filter(({ text }) => !special.test(text))

  it('runs the file that the reference was made with', () => {
    expect(builtInModel.weightsSha256).toBe(reference!.model_sha256)
    expect(builtInModel.maxInputTokens).toBe(reference!.max_tokens)
    expect(plain.length).toBeGreaterThanOrEqual(44)
  })

  it('gives the same token ids, to the last one', async () => {
    for (const { text, ids } of plain) {
      const found = await idsOf(text)
      // The reference is cut, with its last token in place
      const cut =
        found.length > ids.length && ids.length === reference!.max_tokens ? [...found.slice(0, 511), found.at(-1)!] : found
      expect({ text, ids: cut }).toEqual({ text, ids })
    }
  })

  it(`gives the same vectors: cosine of at least ${floor} (${because})`, async () => {
    let lowest = 1
    for (const { text, vector } of plain) {
      const found = await embedder.embedPassage(text)
      expect(found).toHaveLength(builtInModel.dimension)
      expect(cosine(found, found)).toBeCloseTo(1, 5)
      const alike = cosine(found, vector)
      lowest = Math.min(lowest, alike)
      expect({ text, isAlike: alike >= floor, alike }).toMatchObject({ text, isAlike: true })
    }
    console.log(`Cosine with the reference, ${plain.length} texts: ${lowest.toFixed(6)} at the lowest`)
  })

  it('takes special tokens that somebody typed for text', async () => {
    const [{ text, ids }] = cases.filter((one) => special.test(one.text)) as [(typeof cases)[number]]
    const found = await idsOf(text)
    expect(found.slice(1, -1).filter((id) => id >= 100 && id <= 103)).toEqual([])
    expect([found[0], found.at(-1)]).toEqual([ids[0], ids.at(-1)])
  })
})
