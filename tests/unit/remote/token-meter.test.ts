import { beforeAll, describe, expect, it } from 'vitest'
import { estimateRemote } from '../../../engine/embedding/remote/estimate.ts'
import { remoteModelOf } from '../../../engine/embedding/remote/remote-model.ts'
import { loadTokenMeter, type TokenMeter } from '../../../engine/embedding/remote/token-meter.ts'

let openAi: TokenMeter
let other: TokenMeter

beforeAll(async () => {
  openAi = await loadTokenMeter('cl100k')
  other = await loadTokenMeter('estimate')
})

describe('tokens of OpenAI', () => {
  // https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken, encoding cl100k_base
  it.each([
    ['tiktoken is great!', 6],
    ['antidisestablishmentarianism', 6],
    ['2 + 2 = 4', 7],
    ['お誕生日おめでとう', 9],
    ['hello world', 2],
    ['', 0],
  ])('of %j are %i', (text, tokens) => {
    expect(openAi.count(text)).toBe(tokens)
    expect(openAi.isExactFor(text)).toBe(true)
  })

  it('take what looks like a special token for text', () => {
    expect(openAi.count('<|endoftext|>')).toBe(7)
    expect(openAi.count('a <|im_start|> b')).toBeGreaterThan(5)
  })

  it('of very long runs are counted in parts, which is said', () => {
    for (const run of ['a'.repeat(60_000), ' '.repeat(60_000), '世'.repeat(60_000), 'x'.repeat(2_001)]) {
      expect(openAi.count(`before ${run} after`)).toBeGreaterThan(0)
      expect(openAi.isExactFor(`before ${run} after`)).toBe(false)
    }
    const parted = openAi.count('ab1'.repeat(2_000))
    expect(parted).toBeGreaterThanOrEqual(3_999)
    expect(parted).toBeLessThanOrEqual(4_010)
  })

  it('are not sure where regular expressions see different spaces', () => {
    expect(openAi.isExactFor('a\uFEFFb')).toBe(false)
    expect(openAi.isExactFor('a\u0085b')).toBe(false)
  })
})

describe('tokens of a tokenizer that is not known', () => {
  it.each([
    'Akin finds what belongs together in what you read and write.',
    'if (text.length > 0) { return text.slice(1) } // 12345',
    'Größenverhältnisse zwischen Überschriften und Fußnoten',
    '機械学習の埋め込みベクトル',
    'Привет, как дела?',
  ])('are estimated at no less than OpenAI counts, and at no more than three times that: %s', (text) => {
    expect(other.count(text)).toBeGreaterThanOrEqual(openAi.count(text))
    expect(other.count(text)).toBeLessThanOrEqual(openAi.count(text) * 3)
    expect(other.isExactFor(text)).toBe(false)
  })
})

describe('a text with more tokens than fit', () => {
  const long = 'The ferry leaves at ten, and the café 👩‍🚀 opens at nine. '.repeat(400)

  it.each([4, 7, 100, 2_000])('is cut to %i tokens at most, and to no fewer than needed', (limit) => {
    for (const meter of [openAi, other]) {
      const { text, tokens, isCut } = meter.fit(long, limit)
      expect(isCut).toBe(true)
      expect(long.startsWith(text)).toBe(true)
      expect(meter.count(text)).toBe(tokens)
      expect(tokens).toBeLessThanOrEqual(limit)
      expect(tokens).toBeGreaterThanOrEqual(Math.min(limit - 4, limit * 0.9))
      expect(text.isWellFormed()).toBe(true)
    }
  })

  it('is not touched when it fits to the token', () => {
    const text = 'tiktoken is great!'
    expect(openAi.fit(text, 6)).toEqual({ text, tokens: 6, isCut: false })
    expect(openAi.fit(text, 5)).toMatchObject({ text: 'tiktoken is great', tokens: 5, isCut: true })
  })

  it('is cut when it is enormous, without counting all of it', () => {
    const { tokens, isCut } = openAi.fit('word '.repeat(2_000_000), 8_192)
    expect(isCut).toBe(true)
    expect(tokens).toBeLessThanOrEqual(8_192)
  })

  it('loses half pairs of surrogates, which cannot be sent', () => {
    expect(openAi.fit('a\ud800b', 100).text).toBe('a\ufffdb')
  })
})

describe('the estimate before anything is sent', () => {
  const model = remoteModelOf({
    baseUrl: 'https://api.openai.com/v1',
    model: 'text-embedding-3-small',
    dimensions: null,
    queryPrefix: '',
    passagePrefix: '',
  })

  async function* slowly(texts: string[]): AsyncGenerator<string> {
    yield* texts
  }

  it('counts what would be sent, and leaves empty texts out', async () => {
    const texts = ['tiktoken is great!', '', '  \n', 'hello world']
    expect(await estimateRemote(slowly(texts), model)).toEqual({ inputs: 2, tokens: 8, cutInputs: 0, isExact: true })
    expect(await estimateRemote([], model)).toEqual({ inputs: 0, tokens: 0, cutInputs: 0, isExact: true })
  })

  it('counts prefixes, and long texts as they are cut', async () => {
    const long = 'word '.repeat(9_000)
    expect(await estimateRemote([long], model)).toEqual({ inputs: 1, tokens: 8_192, cutInputs: 1, isExact: true })
    const prefixed = { ...model, passagePrefix: 'passage: ' }
    expect((await estimateRemote(['hello world'], prefixed)).tokens).toBe(openAi.count('passage: hello world'))
  })

  it('says when it is none but an estimate', async () => {
    const compatible = remoteModelOf({ ...model, baseUrl: 'http://localhost:11434/v1', dimension: 8 })
    expect((await estimateRemote(['hello world'], compatible)).isExact).toBe(false)
    expect((await estimateRemote(['hello\uFEFF world'], model)).isExact).toBe(false)
  })

  it('stops when nobody waits for it', async () => {
    await expect(estimateRemote(['a', 'b'], model, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
  })
})
