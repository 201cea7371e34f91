import { describe, expect, it } from 'vitest'
import { decodeText, isUtf16, knownEncoding } from '../../../engine/importing/encodings.ts'
import fixture from '../../fixtures/importing/encodings.json' with { type: 'json' }

const bytesOf = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : Buffer.from(part))))

describe('decodeText', () => {
  it.each(fixture.samples)('reads $name in $encoding without being told', ({ encoding, text, hex }) => {
    expect(decodeText(Buffer.from(hex, 'hex'))).toEqual({ text, encoding })
  })

  it.each([
    ['UTF-8', [0xef, 0xbb, 0xbf, 0x68, 0x69]],
    ['UTF-16 LE', [0xff, 0xfe, 0x68, 0, 0x69, 0]],
    ['UTF-16 BE', [0xfe, 0xff, 0, 0x68, 0, 0x69]],
  ])('takes off the byte order mark of %s', (_, bytes) => {
    expect(decodeText(Uint8Array.from(bytes)).text).toBe('hi')
  })

  it('reads UTF-8 with a few damaged bytes as UTF-8, marking them', () => {
    const { text, encoding } = decodeText(bytesOf('Müller, Größe, Café, naïve ', [0xff, 0xc3], ' and the rest'))
    expect(encoding).toBe('utf-8')
    expect(text).toContain('Müller, Größe, Café, naïve \uFFFD')
    expect(text).toContain('and the rest')
  })

  it('reads a file that was cut inside a character', () => {
    const whole = bytesOf('Grüße aus Köln über Düsseldorf ü')
    expect(decodeText(whole.subarray(0, whole.length - 1)).text).toBe('Grüße aus Köln über Düsseldorf \uFFFD')
  })

  it('believes what the file declares, unless the bytes are valid UTF-8', () => {
    const [cyrillic] = fixture.samples.filter(({ encoding }) => encoding === 'koi8-r')
    expect(decodeText(Buffer.from(cyrillic!.hex, 'hex'), 'KOI8-R').encoding).toBe('koi8-r')
    expect(decodeText(bytesOf('Größe'), 'iso-8859-1').text).toBe('Größe')
  })

  it('ignores a label that no standard knows', () => {
    expect(decodeText(bytesOf('plain'), 'x-user-defined-nonsense')).toEqual({ text: 'plain', encoding: 'utf-8' })
    expect(knownEncoding('latin1')).toBe('windows-1252')
    expect(knownEncoding('utf-16')).toBe('utf-8')
    expect(knownEncoding('no such thing')).toBeNull()
  })

  it('does not take ASCII with zero bytes for UTF-16', () => {
    expect(decodeText(bytesOf('a log line\n', [0], 'another line of the log\n')).encoding).toBe('utf-8')
    expect(isUtf16(bytesOf('a log line\n', [0, 0], 'more'))).toBe(false)
  })

  it('does not take the zeros of a program for UTF-16', () => {
    const program = Uint8Array.from({ length: 4_096 }, (_, index) => (index % 3 === 0 ? 0 : (index * 131) % 251))
    expect(isUtf16(program)).toBe(false)
  })

  it('reads nothing as nothing', () => {
    expect(decodeText(new Uint8Array(0)).text).toBe('')
  })
})
