import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTokenizerFiles } from '../../../engine/embedding/onnx/model-files.ts'
import { showTokens } from '../../../engine/embedding/onnx/inspect.ts'
import { coreOfTransformers, loadTokenizer, ModelTokenizer } from '../../../engine/embedding/onnx/tokenizer.ts'
import { importTransformers } from '../../../engine/embedding/onnx/transformers.ts'
import { endOfText, isReferenceThere, readReference, referenceFolder, type Size } from './gpt2-files.ts'

interface TokenizerOracle {
  readonly strings: string[]
  readonly ids: number[][]
  readonly ids_tiny_b: number[][]
  readonly claimed_wrong: { text: string; claimed_ids: number[]; true_ids: number[] }
  readonly known_js_differences: { text: string; rust_ids: number[]; js_ids: number[] }[]
}

const oracle = isReferenceThere ? (readReference('tokenizer_oracle.json') as TokenizerOracle) : undefined

async function throughTransformers(size: Size): Promise<ModelTokenizer> {
  const { PreTrainedTokenizer } = await importTransformers()
  const files = await readTokenizerFiles(join(referenceFolder, size), { name: size })
  return new ModelTokenizer(files, (json, config) => coreOfTransformers(PreTrainedTokenizer, json, config))
}

const ways = {
  'by itself': (size: Size) => loadTokenizer(join(referenceFolder, size), { name: size }),
  'through transformers.js': throughTransformers,
}

describe.runIf(isReferenceThere).each(Object.keys(ways) as (keyof typeof ways)[])('the tokenizer of GPT-2 %s', (way) => {
  it.each(['tiny-a', 'tiny-b'] as const)('gives the true ids of 300 strings with the vocabulary of %s', async (size) => {
    const tokenizer = await ways[way](size)
    const { strings, ids, ids_tiny_b: idsOfTinyB } = oracle!
    const expected = size === 'tiny-a' ? ids : idsOfTinyB
    let withToken = 0
    for (const [index, string] of strings.entries()) {
      // Written in a text, the special token is text: what lies around it must be the same
      const parts = string.split(endOfText.name).map((part) => tokenizer.idsOf(part))
      if (parts.length > 1) withToken++
      const joined = parts.flatMap((part, at) => (at === 0 ? part : [endOfText.ids[size], ...part]))
      expect({ string, ids: joined }).toEqual({ string, ids: expected[index] })
    }
    expect(withToken).toBe(4)
  })

  it('gives the true ids of the tutorials’ sentences', async () => {
    const tokenizer = await ways[way]('tiny-a')
    expect(tokenizer.idsOf('Tell me how to bake a cake')).toEqual([24446, 502, 703, 284, 28450, 257, 12187])
    expect(tokenizer.idsOf('I love ice cream')).toEqual([40, 1842, 4771, 8566])
    expect(tokenizer.idsOf(oracle!.claimed_wrong.text)).not.toEqual(oracle!.claimed_wrong.claimed_ids)
  })

  it('agrees with Rust also where JavaScript’s white space is another', async () => {
    const tokenizer = await ways[way]('tiny-a')
    for (const { text, rust_ids: ids } of oracle!.known_js_differences) expect(tokenizer.idsOf(text)).toEqual(ids)
  })

  it('reads a special token that somebody typed as text, and puts none round a text', async () => {
    const tokenizer = await ways[way]('tiny-a')
    const ids = tokenizer.idsOf('before <|endoftext|> after')
    expect(ids).not.toContain(endOfText.ids['tiny-a'])
    expect(ids.length).toBeGreaterThan(5)
    expect([tokenizer.before, tokenizer.after]).toEqual([[], []])
    expect(tokenizer.padId).toBe(endOfText.ids['tiny-a'])
  })
})

describe.runIf(isReferenceThere)('tokens of GPT-2 as they are shown', () => {
  it('have their places in the text, spaces and halves of characters readable', async () => {
    const tokenizer = await loadTokenizer(join(referenceFolder, 'tiny-a'), { name: 'gpt2' })
    const text = 'Tell me how:\n\ta  cake é 猫 🐈!'
    const { tokens } = showTokens(tokenizer, text)
    expect(tokens.slice(0, 3)).toEqual([
      { id: 24446, text: 'Tell', piece: 'Tell', start: 0, end: 4, isSpecial: false },
      { id: 502, text: '·me', piece: 'Ġme', start: 4, end: 7, isSpecial: false },
      { id: 703, text: '·how', piece: 'Ġhow', start: 7, end: 11, isSpecial: false },
    ])
    expect(tokens.map((token) => token.text)).toContain('⏎')
    expect(tokens.map((token) => token.text)).toContain('⇥')
    const cat = tokens.filter(({ start, end }) => text.slice(start, end).includes('🐈'))
    expect(cat.length).toBeGreaterThan(1)
    expect(cat.map((token) => token.text).join('')).toMatch(/<F0>|<9F>|<90>|<88>/)
  })

  it('cover every string of the reference from end to end', async () => {
    const tokenizer = await loadTokenizer(join(referenceFolder, 'tiny-b'), { name: 'tiny-b' })
    for (const text of oracle!.strings.filter((string) => string !== '')) {
      const { tokens } = showTokens(tokenizer, text)
      let at = 0
      for (const { start, end } of tokens) {
        expect(start).toBeLessThanOrEqual(at)
        expect(end).toBeGreaterThan(start)
        at = Math.max(at, end)
      }
      expect(at).toBe(text.length)
    }
  })

  it('begin with the token that is put before each text, where one is', async () => {
    const options = { name: 'gpt2', firstToken: endOfText.name }
    const { tokens } = showTokens(await loadTokenizer(join(referenceFolder, 'tiny-a'), options), 'Hello')
    expect(tokens[0]).toEqual({
      id: 50256,
      text: '<|endoftext|>',
      piece: '<|endoftext|>',
      start: 0,
      end: 0,
      isSpecial: true,
    })
  })
})
