import { describe, expect, it } from 'vitest'
import { sentencesOf } from '../../../shared/text/sentences.ts'

function sentences(text: string): string[] {
  return sentencesOf(text).map(([start, end]) => text.slice(start, end))
}

describe('sentencesOf', () => {
  it('cuts after full stops, question and exclamation marks', () => {
    expect(sentences('It rained. Did it? It did! Well.')).toEqual(['It rained.', 'Did it?', 'It did!', 'Well.'])
  })

  it.each([
    ['a title', 'We met Dr. Smith and Mrs. Jones there.'],
    ['an initial', 'The books of J. R. R. Tolkien were there.'],
    ['an abbreviation in the middle', 'Some birds, e.g. Herons, wade.'],
    ['a number of something', 'See Fig. 3 and No. 12 for this.'],
    ['a month before a day', 'It opened on Jan. 5 at noon.'],
    ['a German day', 'Am 3. Oktober ist Feiertag.'],
    ['a list number', '1. Introduction and scope'],
    ['a decimal point', 'It costs 3.14 euros.'],
  ])('does not cut after %s', (_, text) => {
    expect(sentences(text)).toEqual([text])
  })

  it('cuts after a word that is an abbreviation only before a number', () => {
    expect(sentences('She said no. Then the cat sat. All was well.')).toHaveLength(3)
  })

  it('cuts Chinese and Japanese, which have no spaces', () => {
    expect(sentences('今天天气很好。我们去公园吧！好吗？')).toEqual(['今天天气很好。', '我们去公园吧！', '好吗？'])
    expect(sentences('「はい。」と言った。雨だ。')).toHaveLength(3)
  })

  it('ends a sentence at a line end, also after an abbreviation', () => {
    expect(sentences('Written by Dr.\nSmith was here')).toEqual(['Written by Dr.', 'Smith was here'])
  })

  it('gives nothing for an empty or blank text', () => {
    expect(sentencesOf('')).toEqual([])
    expect(sentencesOf(' \n\t ')).toEqual([])
  })

  it('covers every visible character once and in order, whatever the text', () => {
    const text = ' A. B.\n\n1. x! “Quoted.” 日本。 Dr.  \u2028 end…  '
    const joined = sentences(text).join('')
    expect(joined.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
  })

  it('takes time in proportion to the text for hostile input', () => {
    for (const text of [
      'Dr. '.repeat(200_000),
      'x.'.repeat(400_000),
      ' '.repeat(800_000),
      'a'.repeat(800_000),
      '\n'.repeat(400_000),
    ]) {
      const startedAt = performance.now()
      sentencesOf(text)
      expect(performance.now() - startedAt).toBeLessThan(2_000)
    }
  })
})
