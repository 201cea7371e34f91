import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { describe, expect, it } from 'vitest'
import { chunkText } from '../../../engine/importing/chunking.ts'
import { ContentBuilder } from '../../../engine/importing/content-builder.ts'
import { loadTokenCounter, specialTokens } from '../../../engine/importing/token-counter.ts'
import { hasShared, modelFolder, sharedFolder } from './paths.ts'

const counter = await loadTokenCounter(modelFolder)
const [tokenizerJson, configJson] = ['tokenizer.json', 'tokenizer_config.json'].map((name) =>
  JSON.parse(readFileSync(join(modelFolder, name), 'utf8')),
)
const tokenizer = new Tokenizer(tokenizerJson as object, configJson as object)
const realCount = (text: string): number => tokenizer.encode(text).ids.length

const samples = [
  '',
  'Hello wörld 你好 ไทย é',
  '日本語テスト。カタカナ',
  '한국어 안녕하세요',
  'x'.repeat(100),
  '~`$+<=>^|',
  'héllo—“quoted”… naïve ﬁne',
  'İstanbul ΟΔΥΣΣΕΥΣ Straße',
  'e\u0301a ①㎏ a≠b 神\uFE00',
  '🙂👨‍👩‍👧 𠀀𠀁',
  'snake_case and kebab-case, https://a.example/x?y=z#1',
]

describe('TokenCounter', () => {
  it.each(samples)('counts as the real tokenizer does: %s', (text) => {
    expect(counter.count(text)).toBe(realCount(text))
  })

  it('has units whose tokens add up, in order and without white space', () => {
    for (const text of samples) {
      const units = counter.units(text)
      const sum = units.tokens.subarray(0, units.count).reduce((total, tokens) => total + tokens, specialTokens)
      expect(sum).toBe(realCount(text))
      for (let i = 0; i < units.count; i++) {
        expect(units.starts[i]!).toBeGreaterThanOrEqual(i === 0 ? 0 : units.ends[i - 1]!)
        expect(text.slice(units.starts[i], units.ends[i])).not.toMatch(/\s/)
      }
    }
  })

  it('counts a word of more than 100 characters as the one unknown token that it is, and cuts it for chunks', () => {
    const text = `before ${'abcdefghij'.repeat(30)} after`
    expect(counter.count(text)).toBe(realCount(text))
    expect(counter.units(text).hasCutWords).toBe(true)
    expect(counter.units(text).count).toBeGreaterThan(8)
  })

  it('takes a special token in a text for the letters it is', () => {
    expect(counter.count('a [SEP] b')).toBe(realCount('a [ SEP ] b'))
  })

  it('counts the development collections as the real tokenizer does', () => {
    const folder = sharedFolder()
    if (!hasShared(folder)) return
    const files = ['ir/personal/corpus.jsonl', 'ir/cranfield/corpus.jsonl', 'topics/bbc-400.jsonl']
    const texts = files
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'))
      .map((line) => (JSON.parse(line) as { text: string }).text)
    expect(texts.filter((text) => counter.count(text) !== realCount(text))).toEqual([])
  })
})

describe('chunkText with the real tokenizer', () => {
  const paragraph =
    'The ferry came in late that night, and nobody was there to meet us. We waited at the pier; then Dr. Smith came. '
  const document = (text: string): { title: string; text: string; content: ReturnType<ContentBuilder['finish']>['content'] } => {
    const builder = new ContentBuilder()
    for (const block of text.split('\n\n')) builder.block({ type: 'paragraph' }, block)
    return { title: 'The ferry', ...builder.finish() }
  }

  it('gives each chunk the token count that the real tokenizer gives its text', () => {
    for (const text of [
      paragraph.repeat(40),
      '今天天气很好。我们去公园吧！'.repeat(80),
      `${'x'.repeat(3_000)} ${paragraph}`,
      'สวัสดีครับ'.repeat(300),
    ]) {
      const whole = document(text)
      for (const { start, end, tokenCount } of chunkText(whole, counter))
        expect(tokenCount).toBe(realCount(whole.text.slice(start, end)))
    }
  })

  it('keeps a chunk of a text that the model does not know at a bearable length', () => {
    for (const text of ['สวัสดีครับ'.repeat(3_000), 'x'.repeat(50_000), 'e\u0301\u0302'.repeat(20_000), '👨‍👩‍👧'.repeat(5_000)]) {
      const longest = Math.max(...chunkText(document(text), counter).map(({ start, end }) => end - start))
      expect(longest).toBeLessThanOrEqual(1_200)
    }
  })

  it('cuts more than a megabyte of prose a second', () => {
    const whole = document(`${paragraph.repeat(5)}\n\n`.repeat(5_000))
    chunkText(whole, counter)
    const startedAt = performance.now()
    const chunks = chunkText(whole, counter)
    const rate = whole.text.length / 1e3 / (performance.now() - startedAt)
    console.log(`Chunking: ${rate.toFixed(1)} MB/s, ${chunks.length} chunks of ${(whole.text.length / 1e6).toFixed(1)} MB`)
    expect(rate).toBeGreaterThan(1)
  })
})
