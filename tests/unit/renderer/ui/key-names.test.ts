import { describe, expect, it } from 'vitest'
import { keyOf, labelsOfKey, type PressedKey } from '../../../../renderer/ui/key-names.ts'

const press = (key: string, rest: Partial<PressedKey> = {}): PressedKey => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...rest,
})

describe('what was pressed', () => {
  it('names letters, signs and the keys without a sign', () => {
    expect(keyOf(press('j'), false)).toBe('j')
    expect(keyOf(press('?', { shiftKey: true }), false)).toBe('?')
    expect(keyOf(press(' '), false)).toBe('Space')
    expect(keyOf(press('ArrowDown', { shiftKey: true }), false)).toBe('Shift+ArrowDown')
  })

  it('writes Ctrl, and Cmd on a Mac, as the same modifier', () => {
    expect(keyOf(press('k', { ctrlKey: true }), false)).toBe('Mod+K')
    expect(keyOf(press('k', { metaKey: true }), true)).toBe('Mod+K')
    expect(keyOf(press('k', { ctrlKey: true }), true)).toBe('Ctrl+k')
    expect(keyOf(press('L', { ctrlKey: true, shiftKey: true }), false)).toBe('Mod+Shift+L')
  })

  it('is not misled by Caps Lock', () => {
    expect(keyOf(press('X'), false)).toBe('x')
    expect(keyOf(press('X', { shiftKey: true }), false)).toBe('X')
  })

  it('takes the place of the key on keyboards of other scripts', () => {
    expect(keyOf(press('о', { code: 'KeyJ' }), false)).toBe('j')
    expect(keyOf(press('л', { code: 'KeyK', ctrlKey: true }), false)).toBe('Mod+K')
    expect(keyOf(press('é', { code: 'Digit2' }), false)).toBe('é')
  })
})

describe('labels', () => {
  it('says Ctrl or the signs of a Mac', () => {
    expect(labelsOfKey('Mod+Shift+L', false)).toEqual(['Ctrl', 'Shift', 'L'])
    expect(labelsOfKey('Mod+Shift+L', true)).toEqual(['⌘', '⇧', 'L'])
    expect(labelsOfKey('ArrowDown', false)).toEqual(['↓'])
    expect(labelsOfKey('+', false)).toEqual(['+'])
  })

  it('says that a capital is typed with Shift', () => {
    expect(labelsOfKey('X', false)).toEqual(['Shift', 'X'])
    expect(labelsOfKey('x', false)).toEqual(['X'])
  })
})
