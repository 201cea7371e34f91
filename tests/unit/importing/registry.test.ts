import { describe, expect, it } from 'vitest'
import { AkinError } from '../../../shared/errors.ts'
import { chooseFormat, formats, isPossiblySupported } from '../../../engine/importing/formats/registry.ts'
import type { ParseInput } from '../../../engine/importing/parse-result.ts'

function formatOf(name: string, content: string | number[], more: Partial<ParseInput> = {}): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Uint8Array.from(content)
  return chooseFormat({ bytes, name, ...more }).format.name
}

function refusal(name: string, content: string | number[]): AkinError {
  try {
    formatOf(name, content)
  } catch (error) {
    if (error instanceof AkinError) return error
    throw error
  }
  throw new Error(`${name} was not refused`)
}

const zip = [0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0]

describe('chooseFormat', () => {
  it.each([
    ['a.md', '# Hi', 'Markdown'],
    ['a.markdown', 'Hi', 'Markdown'],
    ['a.txt', 'Hi', 'Plain text'],
    ['A.TXT', 'Hi', 'Plain text'],
    ['a.log', 'Hi', 'Source code and data'],
    ['a.org', '* Hi', 'Plain text'],
    ['a.csv', 'a,b', 'Source code and data'],
    ['a.json', '{}', 'Source code and data'],
    ['a.py', 'x = 1', 'Source code and data'],
    ['Makefile', 'all:', 'Source code and data'],
    ['README', 'Hi', 'Plain text'],
    ['a.unknownext', 'Hi there', 'Plain text'],
    ['a.html', '<p>Hi', 'HTML'],
    ['a.pdf', '%PDF-1.7', 'PDF'],
  ])('reads %s by its name', (name, content, format) => {
    expect(formatOf(name, content)).toBe(format)
  })

  it.each([
    ['a.txt', '%PDF-1.4\n', 'PDF'],
    ['download', '\n<!DOCTYPE html><p>x', 'HTML'],
    ['a.pdf', '<?xml version="1.0"?><html xmlns="x"><body>', 'HTML'],
    ['page', '<!-- saved --><html lang="en">', 'HTML'],
  ])('goes by the first bytes of %s where they can be only one thing', (name, content, format) => {
    expect(formatOf(name, content)).toBe(format)
  })

  it('leaves a note that begins with HTML to Markdown, and a source file to source code', () => {
    expect(formatOf('a.md', '<html><body>')).toBe('Markdown')
    expect(formatOf('a.vue', '<html></html>')).toBe('Source code and data')
  })

  it('goes by the media type where the caller gives one, whatever the name looks like', () => {
    expect(formatOf('https://a.example/file.pdf', 'Hi', { mediaType: 'text/plain; charset=utf-8' })).toBe('Plain text')
    expect(formatOf('id-1', '# Hi', { mediaType: 'text/markdown' })).toBe('Markdown')
  })

  it('refuses an archive that is named as a PDF and says so', () => {
    const error = refusal('paper.pdf', zip)
    expect(error.code).toBe('unsupported-format')
    expect(error.message).toBe('The file is an archive, which Akin does not read, though its name ends in .pdf')
    expect(error.advice).toBe('Unpack it and import the files inside')
  })

  it.each([
    ['a.docx', [...zip, ...Buffer.from('....................[Content_Types].xml')], 'an office document'],
    ['a.epub', [...zip, ...Buffer.from('....................mimetypeapplication/epub+zip')], 'an electronic book'],
    ['a', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0], 'a picture'],
    ['a.txt', [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0], 'a program'],
    ['a.eml', 'From: Ann\nContent-Type: multipart/mixed', 'a mailbox'],
    ['a.mht', 'MIME-Version: 1.0', 'a web page saved in one piece'],
    ['a.rtf', '{\\rtf1\\ansi Hello}', 'an office document'],
  ])('names what %s is when it is nothing to read', (name, content, what) => {
    expect(refusal(name, content).message).toContain(what)
  })

  it('refuses bytes that are no text, whatever the extension', () => {
    const noise = Array.from({ length: 2_000 }, (_, index) => (index * index * 31 + index * 7) % 32)
    for (const name of ['a.md', 'a.xyz', 'a', 'a.html']) expect(refusal(name, noise).code).toBe('unsupported-format')
  })

  it('takes words for words, though they are the mark of a binary format too', () => {
    expect(formatOf('a.txt', 'GIF89a is a format of 1989')).toBe('Plain text')
    expect(formatOf('a.txt', 'OggS begins a page')).toBe('Plain text')
  })

  it('bears a stray control character in a text', () => {
    expect(formatOf('a.txt', 'a line with a bell \u0007 and a zero \u0000 in it, and more text after that')).toBe('Plain text')
  })
})

describe('formats', () => {
  it('have extensions in lower case without a dot, and media types of their own', () => {
    const types = formats.flatMap(({ mediaTypes }) => mediaTypes)
    expect(new Set(types).size).toBe(types.length)
    for (const extension of formats.flatMap(({ extensions }) => extensions)) expect(extension).toMatch(/^[a-z0-9]+$/)
  })
})

describe('isPossiblySupported', () => {
  it('passes what can be read and what nobody knows, and stops what is no text', () => {
    for (const name of ['a.md', 'a.pdf', 'README', 'a.unknown', 'a.TS']) expect(isPossiblySupported(name)).toBe(true)
    for (const name of ['a.png', 'a.ZIP', 'a.mp3', 'a.docx', 'a.exe']) expect(isPossiblySupported(name)).toBe(false)
  })
})
