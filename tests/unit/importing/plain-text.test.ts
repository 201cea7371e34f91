import { describe, expect, it } from 'vitest'
import { isHardWrapped } from '../../../engine/importing/formats/plain-text.ts'
import { marksOf, outline, parsed } from './parsed.ts'

describe('plain text', () => {
  it('takes a first line that reads as a title for the title', async () => {
    const document = await parsed('On keeping bees\n\nBees need water.\nAnd calm.\n', 'bees-2.txt')
    expect(document.title).toBe('On keeping bees')
    expect(outline(document)).toEqual(['h1: On keeping bees', 'p: Bees need water.\nAnd calm.'])
    expect(document).toMatchObject({ kind: 'note', mediaType: 'text/plain' })
  })

  it('goes by the file name otherwise', async () => {
    expect((await parsed('Bees need water. They also need calm.\n\nMore.', 'my-bees_2024.txt')).title).toBe('my bees 2024')
    expect((await parsed('Title\ndirectly above text\n\nMore', 'a-b.txt')).title).toBe('a b')
  })

  it('takes sender, date and subject from the head of a mail that was kept as a text', async () => {
    const head =
      'From: "Mara Lind" <mara@example.org>\nTo: Jonas\nDate: Thu, 8 May 2025 20:31:00 +0000\nSubject: The board is fog'
    const mail = await parsed(`${head}\n\nShe squints at bus numbers.`, 'saved-0017.txt')
    expect(mail).toMatchObject({ title: 'The board is fog', author: 'Mara Lind', publishedAt: '2025-05-08T20:31:00.000Z' })
    expect(mail.text).toContain('To: Jonas')
    const titled = await parsed("Wren can't see the board\n\nFrom: Mara\nTo: Jonas\nDate: 2025-05-08\n\nShe squints.", 'a.txt')
    expect(titled).toMatchObject({ title: "Wren can't see the board", author: 'Mara' })
    expect(titled.publishedAt).toMatch(/^2025-05-08/)
    const recipe = await parsed('From: the garden\nServes: four\nDate: none\n\nPeel them.', 'soup.txt')
    expect(recipe).toMatchObject({ title: 'soup', author: null, publishedAt: null })
  })

  it('leaves the first line alone when the caller gives a title', async () => {
    const document = await parsed('On keeping bees\n\nBees need water.', 'x', { title: 'Given', mediaType: 'text/plain' })
    expect(outline(document)[0]).toBe('p: On keeping bees')
  })

  it('joins lines that were wrapped at a width and keeps those of verses', async () => {
    const wrapped = [
      'The harbour was empty when the ferry came in, and nobody was there',
      'to meet us at the pier. We waited for an hour in the rain, then we',
      'walked up to the village.',
    ]
    const verse = ['I wandered lonely as a cloud', 'That floats on high', "O'er vales and hills,"]
    expect(isHardWrapped(wrapped)).toBe(true)
    expect(isHardWrapped(verse)).toBe(false)
    const document = await parsed(`${wrapped.join('\n')}\n\n${verse.join('\n')}`, 'a.txt')
    expect(document.text).toBe(`${wrapped.join(' ')}\n\n${verse.join('\n')}`)
  })

  it('does not join the items of a list', () => {
    const item = '- an item that is just about as long as the line can be, really so'
    expect(isHardWrapped([item, item, item])).toBe(false)
  })

  it('marks web addresses, without the punctuation behind them', async () => {
    const document = await parsed('See (https://a.example/page?x=1). Or http://b.example/, too', 'a.txt')
    expect(marksOf(document)).toEqual([
      'link https://a.example/page?x=1: https://a.example/page?x=1',
      'link http://b.example/: http://b.example/',
    ])
    expect(document.links.map(({ target }) => target)).toEqual(['https://a.example/page?x=1', 'http://b.example/'])
  })

  it('parts paragraphs at form feeds and at lines of white space', async () => {
    expect((await parsed('one\ftwo\n \t \nthree\r\n\r\nfour', 'a.txt')).text).toBe('one\n\ntwo\n\nthree\n\nfour')
  })
})

describe('source code and data', () => {
  it('keeps code as it is, in the language of its extension', async () => {
    const document = await parsed('def f(x):\n\treturn x\n\n\nprint(1)\n', 'lib/tool.py')
    expect(document).toMatchObject({ title: 'tool.py', kind: 'file', mediaType: 'text/plain' })
    expect(outline(document)).toEqual(['code python: def f(x):\n\treturn x\n\n\nprint(1)'])
  })

  it('cuts a long file into blocks, losing no line', async () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => (index % 37 === 0 ? '' : `line ${index}`))
    const document = await parsed(lines.join('\n'), 'a.log')
    expect(document.content.blocks.length).toBeGreaterThan(4)
    expect(document.text.split('\n').filter((line) => line !== '')).toEqual(lines.filter((line) => line !== ''))
  })

  it('says what data it is', async () => {
    expect((await parsed('{"a":1}', 'a.json')).mediaType).toBe('application/json')
    expect((await parsed('a,b', 'a.csv')).mediaType).toBe('text/csv')
  })
})
