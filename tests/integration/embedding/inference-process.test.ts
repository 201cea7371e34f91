import { afterEach, describe, expect, it } from 'vitest'
import { builtInModel } from '../../../engine/embedding/model-spec.ts'
import type { OnnxEmbedder } from '../../../engine/embedding/onnx/onnx-embedder.ts'
import { useEngines } from '../../harness/engine.ts'
import { cosine, startInference } from './inference.ts'

const started: OnnxEmbedder[] = []

afterEach(async () => {
  for (const one of started.splice(0)) await one.close()
})

function start(): OnnxEmbedder {
  const embedder = startInference()
  started.push(embedder)
  return embedder
}

const texts = [
  'the tide came in',
  'A much longer text about the harbour wall, the boats behind it, and the people who mend their nets there. '.repeat(8),
  'bread',
  'How do I prune an apple tree in winter?',
]

describe('a vector', () => {
  it('is the same to the last bit alone, among others, and in another process', async () => {
    const alone: Float32Array[] = []
    for (const text of texts) alone.push(await start().embedPassage(text))
    const embedder = start()
    const among = await Promise.all([...texts, ...texts.toReversed()].map((text) => embedder.embedPassage(text)))
    expect(among).toEqual([...alone, ...alone.toReversed()])
  })

  it('of a query has the model’s prefix, and of a passage or “similar to” none', async () => {
    const embedder = start()
    const text = texts[3]!
    const { vector } = await embedder.embedQuery(text)
    const passage = await embedder.embedPassage(text)
    expect(vector).toEqual(await embedder.embedPassage(builtInModel.queryPrefix + text))
    expect(await embedder.embedText(text)).toEqual(passage)
    expect(cosine(vector, passage)).toBeLessThan(0.999)
  })

  it('of a text that is too long is that of its beginning', async () => {
    const embedder = start()
    // A word each of which is one token: 510 of them fit between the special ones
    const words = (count: number): string => 'tide '.repeat(count)
    expect(await embedder.tokens(words(510)).then(({ tokens }) => tokens.length)).toBe(512)
    const longest = await embedder.embedPassage(words(510))
    expect(await embedder.embedPassage(words(511))).toEqual(longest)
    expect(await embedder.embedPassage(words(510) + 'something else entirely '.repeat(20_000))).toEqual(longest)
    expect(await embedder.embedPassage(words(509))).not.toEqual(longest)
  })

  it.each([
    ['an empty text', ''],
    ['blanks', ' \n\t '],
    ['control characters', '\u0000\u0001'],
    ['half a character', '\ud83d'],
  ])('of %s is one of the length 1', async (_title, text) => {
    const vector = await start().embedPassage(text)
    expect(vector).toHaveLength(builtInModel.dimension)
    expect(cosine(vector, vector)).toBeCloseTo(1, 5)
  })
})

describe('queries', () => {
  it('overtake passages that wait, and passages stay in their order', async () => {
    const embedder = start()
    await embedder.warmUp()
    const order: string[] = []
    const passages = Array.from({ length: 40 }, (_, i) =>
      embedder.embedPassage(`${i} ${texts[1]!}`).then(() => order.push(`passage ${i}`)),
    )
    await passages[0]
    const query = embedder.embedQuery('tide').then(() => order.push('query'))
    await Promise.all([query, ...passages])
    // One passage may be under way, and another begun before the message was there
    expect(order.indexOf('query')).toBeLessThanOrEqual(3)
    expect(order.filter((one) => one !== 'query')).toEqual(passages.map((_, i) => `passage ${i}`))
  })

  it('that nobody waits for any more are not embedded, whether the model runs already or not', async () => {
    const embedder = start()
    const early = new AbortController()
    const loading = embedder.embedQuery('tide', early.signal)
    early.abort()
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' })
    const passages = Array.from({ length: 10 }, () => embedder.embedPassage(texts[1]!))
    await passages[0]
    const late = new AbortController()
    const waiting = embedder.embedPassage(texts[1]!, late.signal)
    setImmediate(() => late.abort())
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    await Promise.all(passages)
  })
})

describe('an engine', () => {
  const engines = useEngines()

  it('reads a long text in windows that the model takes whole, and leaves blank texts out', async () => {
    const engine = await engines.open()
    const sentence = (i: number): string =>
      `In the year ${1400 + i} the harbour of the town was dug out once more by its people. `
    const long = Array.from({ length: 200 }, (_, i) => sentence(i)).join('')
    await engine.importTexts({ long, blank: ' \n\n ' })
    await engine.settled()
    const { chunkCount, embeddedCount, status } = await engine.document('long')
    expect({ status, embeddedCount }).toEqual({ status: 'indexed', embeddedCount: chunkCount })
    expect(chunkCount).toBeGreaterThan(20)
    // What stands at the very end is found by its meaning: nothing was cut off
    const { hits } = await engine.ask('search.query', { text: 'harbour dug out in 1599', mode: 'vector' })
    expect(hits[0]?.title).toBe('long')
    const rows = [...(await engine.documents()).values()]
    expect(rows.filter(({ title }) => title === 'blank').map((row) => row.embeddedCount)).not.toContain(1)
  })
})
