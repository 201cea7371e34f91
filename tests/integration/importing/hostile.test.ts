import { deflateRawSync, deflateSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { AkinError, type ErrorCode } from '../../../shared/errors.ts'
import { ParserPool } from '../../../engine/importing/parser-pool.ts'
import type { ParsedAndChunked } from '../../../engine/importing/parse-result.ts'
import { spawnWithNode } from '../../../engine/processes/node-spawn.ts'
import { column, fileOf, makePdf, streamOf } from './make-pdf.ts'
import { modelFolder, repository } from './paths.ts'

// The limits of the product: 30 seconds, 1 GB
const pool = new ParserPool({ spawn: spawnWithNode, modelFolder, readableFolders: [repository] })
afterAll(() => pool.close())

const n = 100_000
const catalogue = '<< /Type /Catalog /Pages 2 0 R >>'
const bomb = deflateSync(Buffer.alloc(150_000_000, 'BT (a) Tj ET '), { level: 9 }).toString('latin1')
const font = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'
const page = (contents: string, resources = ''): string =>
  `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << ${resources} >> /Contents ${contents} >>`

const zipBomb = (): Buffer =>
  Buffer.concat([Buffer.from('504b030414000000080000', 'hex'), deflateRawSync(Buffer.alloc(50_000_000))])

/** What a file may end in: its text, or one of these codes. */
type Ending = 'text' | ErrorCode

const cases: readonly (readonly [what: string, name: string, content: () => Uint8Array | string, endings: readonly Ending[]])[] =
  [
    ['a zip bomb named as a PDF', 'bomb.pdf', zipBomb, ['unsupported-format']],
    ['a zip bomb named as a note', 'bomb.md', zipBomb, ['unsupported-format']],
    ['60 MB of text', 'large.txt', () => Buffer.alloc(60_000_000, 'hello world. '), ['text-too-large']],
    ['99 MB of nothing but white space', 'blank.txt', () => Buffer.alloc(99_000_000, ' '), ['text-too-large', 'no-text']],
    ['one line of 9.9 MB', 'line.txt', () => Buffer.alloc(9_900_000, 'hello world. '), ['text']],
    ['one word of 9.9 MB', 'word.txt', () => Buffer.alloc(9_900_000, 'x'), ['text']],
    ['9.9 MB of line ends and letters', 'lines.txt', () => Buffer.alloc(9_900_000, 'a\n'), ['text', 'text-too-large']],
    ['9 MB of paragraphs of one letter', 'letters.txt', () => Buffer.alloc(9_000_000, 'a\n\n'), ['text', 'text-too-large']],
    ['9 MB of Cyrillic in one word', 'cyrillic.txt', () => 'я'.repeat(4_900_000), ['text']],
    ['9 MB of combining marks', 'marks.txt', () => `e${'\u0301'.repeat(4_500_000)}`, ['text']],
    [
      'noise named as text',
      'noise.txt',
      () => Uint8Array.from({ length: 500_000 }, (_, i) => (i * i * 31 + (i >> 3) * 7) & 255),
      ['unsupported-format'],
    ],
    [
      'invalid UTF-8',
      'broken.txt',
      () => Buffer.concat([Buffer.from('héllo wörld ñandú '.repeat(5)), Buffer.from([0xff, 0xfe, 0xc3, 0x28])]),
      ['text'],
    ],

    ['200,000 nested divs', 'deep.html', () => `${'<div>'.repeat(2 * n)}hello`, ['text']],
    ['200,000 nested bold elements', 'bold.html', () => `${'<b>'.repeat(2 * n)}hello`, ['text']],
    ['60,000 nested tables', 'tables.html', () => '<table><tr><td>a'.repeat(60_000), ['text']],
    ['a page of 300,000 elements', 'wide.html', () => '<p>hello <b>world</b> <a href=x>x</a>'.repeat(n), ['text']],
    ['300,000 list items that are never closed', 'items.html', () => `<html><ul>${'<li>x'.repeat(3 * n)}`, ['text']],
    ['3 MB of <', 'marks.html', () => `<html>${'<'.repeat(3_000_000)}`, ['text']],
    ['scripts that never end', 'scripts.html', () => `<html>${'<script>'.repeat(5 * n)}`, ['no-text']],
    ['an element of a million attributes', 'attributes.html', () => `<html><div ${'a=b '.repeat(10 * n)}>x`, ['text', 'no-text']],
    [
      'JSON-LD of 100,000 nested arrays',
      'json.html',
      () => `<html><script type="application/ld+json">${'['.repeat(n)}</script><p>hello`,
      ['text'],
    ],

    ['100,000 nested quotes', 'quotes.md', () => `${'>'.repeat(n)}a`, ['text']],
    ['100,000 nested lists', 'lists.md', () => `${'- '.repeat(n)}a`, ['text']],
    [
      '2,000 lists nested by indent',
      'indent.md',
      () => Array.from({ length: 2_000 }, (_, i) => `${' '.repeat(i * 2)}- a`).join('\n'),
      ['text'],
    ],
    ['100,000 brackets', 'brackets.md', () => '['.repeat(n), ['text']],
    ['100,000 pairs of brackets', 'pairs.md', () => '['.repeat(n) + ']'.repeat(n), ['text']],
    ['100,000 stars', 'stars.md', () => '*a'.repeat(n), ['text']],
    ['100,000 lines of stars', 'lines.md', () => '*a_\n'.repeat(n), ['text']],
    ['100,000 back-ticks', 'ticks.md', () => '`a``'.repeat(n), ['text']],
    ['a table of 100,000 columns', 'table.md', () => `${'|a'.repeat(n)}|\n${'|-'.repeat(n)}|\n`, ['text']],
    ['front matter of 50,000 brackets', 'yaml.md', () => `---\n${'['.repeat(50_000)}\n---\nx`, ['text']],
    ['front matter of aliases', 'aliases.md', () => `---\n${'a: &a [*a,*a]\n'.repeat(2_000)}---\nx`, ['text']],
    [
      '100,000 links and definitions',
      'links.md',
      () => `${Array.from({ length: n }, (_, i) => `[a${i}]: http://x.y`).join('\n')}\n\n${'[a1] '.repeat(1_000)}`,
      ['text'],
    ],
    [
      '9 MB of ordinary Markdown',
      'long.md',
      () =>
        '# Head\n\nThe *quick* [fox](http://x.y) jumps over the lazy dog, and sleeps then for a long while.\n\n- one\n\n'.repeat(
          85_000,
        ),
      ['text'],
    ],

    [
      'a PDF whose pages hold themselves',
      'loop.pdf',
      () => fileOf([catalogue, '<< /Type /Pages /Kids [2 0 R] /Count 1 >>']),
      ['damaged-file', 'no-text'],
    ],
    [
      'a PDF that claims two thousand million pages',
      'count.pdf',
      () => fileOf([catalogue, '<< /Type /Pages /Kids [] /Count 2000000000 >>']),
      ['damaged-file', 'no-text', 'parser-timeout'],
    ],
    [
      'a PDF whose form draws itself',
      'form.pdf',
      () =>
        fileOf([
          catalogue,
          '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
          page('5 0 R', '/XObject << /F 4 0 R >>'),
          '<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 4 0 R >> >> /Length 5 >>\nstream\n/F Do\nendstream',
          streamOf('/F Do /F Do'),
        ]),
      ['no-text'],
    ],
    [
      'a PDF whose outline holds itself',
      'outline.pdf',
      () =>
        fileOf([
          '<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>',
          '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
          page('5 0 R', '/Font << /F 4 0 R >>'),
          font,
          streamOf('BT /F 12 Tf 50 700 Td (hello) Tj ET'),
          '<< /First 7 0 R >>',
          '<< /Title (a) /Next 7 0 R /First 7 0 R >>',
        ]),
      ['text'],
    ],
    [
      'a PDF whose page unpacks to 150 MB',
      'unpack.pdf',
      () =>
        fileOf([
          catalogue,
          '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
          page('5 0 R', '/Font << /F 4 0 R >>'),
          font,
          `<< /Filter /FlateDecode /Length ${bomb.length} >>\nstream\n${bomb}\nendstream`,
        ]),
      ['parser-memory', 'parser-timeout', 'parser-crashed', 'text-too-large', 'no-text', 'text'],
    ],
    ['a PDF that breaks off', 'cut.pdf', () => makePdf([column(['hello'])]).subarray(0, 120), ['damaged-file', 'no-text']],
    ['a PDF of its first line', 'line.pdf', () => '%PDF-1.7\n', ['damaged-file']],
  ]

describe('hostile files', () => {
  it.each(cases)('%s (%s) end in a text or a coded error within the limits', async (what, name, content, endings) => {
    const made = content()
    const startedAt = performance.now()
    const outcome = await pool
      .parse({ bytes: typeof made === 'string' ? Buffer.from(made) : made, name })
      .catch((error: unknown) => error)
    const seconds = (performance.now() - startedAt) / 1_000
    const ending =
      outcome instanceof AkinError ? outcome.code : (outcome as ParsedAndChunked).text === undefined ? 'internal' : 'text'
    console.log(`${what}: ${ending}, ${seconds.toFixed(1)} s`)
    expect(endings).toContain(ending)
    expect(seconds).toBeLessThan(65)
  })

  it('leave a pool that reads the next file', async () => {
    expect((await pool.parse({ bytes: Buffer.from('hello'), name: 'a.txt' })).text).toBe('hello')
  })
})
