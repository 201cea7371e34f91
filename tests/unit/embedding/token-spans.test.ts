import { describe, expect, it } from 'vitest'
import { readable, spansOf } from '../../../engine/embedding/onnx/token-spans.ts'

const pieces = (...list: string[]) => list.map((piece, id) => ({ id, piece }))
const parts = (text: string, list: string[], isByteLevel: boolean): string[] =>
  spansOf(text, pieces(...list), isByteLevel).map(({ start, end }) => text.slice(start, end))

describe('places of pieces in a text', () => {
  it('are found by bytes, a character of two pieces being in both', () => {
    expect(parts('a é!', ['a', 'Ġ', 'Ã', '©', '!'], true)).toEqual(['a', ' ', 'é', 'é', '!'])
  })

  it('are found for words in pieces, whatever the case and accents', () => {
    expect(parts('The Élan-vital', ['the', 'elan', '-', 'vi', '##tal'], false)).toEqual(['The', 'Élan', '-', 'vi', 'tal'])
  })

  it('are found for pieces that begin with a mark for the space', () => {
    expect(parts('Bake  a cake', ['▁Ba', 'ke', '▁a', '▁', 'cake'], false)).toEqual(['Ba', 'ke', 'a', '', 'cake'])
  })

  it('are shared by pieces of which it is not known, between those of which it is', () => {
    expect(parts('one 猫猫 two', ['one', '[UNK]', '[UNK]', 'two'], false)).toEqual(['one', '猫猫', '猫猫', 'two'])
    expect(parts('猫', ['[UNK]'], false)).toEqual(['猫'])
  })

  it('do not run ahead after a piece that is not in the text', () => {
    const text = `one two ${'three '.repeat(20)}odd`
    expect(parts(text, ['one', 'two', 'three'], false)).toEqual(['one', 'two', 'three'])
    expect(parts('a b c', ['a', 'zz', 'c'], false)).toEqual(['a', 'b', 'c'])
  })

  it('are found in a text that a normaliser changed under the bytes', () => {
    expect(parts('ﬁne', ['fi', 'ne'], true)).toHaveLength(2)
  })
})

describe('a piece for people', () => {
  it.each([
    ['Ġcake', true, '·cake'],
    ['Ċ', true, '⏎'],
    ['ĉ', true, '⇥'],
    ['Ã', true, '<C3>'],
    ['Ã©', true, 'é'],
    ['Â', true, '<C2>'],
    ['▁cake', false, '·cake'],
    ['##ing', false, '##ing'],
    ['\u{7}', false, '<U+0007>'],
  ])('%j (bytes: %s) is %j', (piece, isByteLevel, expected) => {
    expect(readable(piece, isByteLevel)).toBe(expected)
  })
})
