import { describe, expect, it } from 'vitest'
import { embeddedText } from '../../../engine/library/embedded-text.ts'

describe('the text of a chunk as models see it', () => {
  const text = 'First passage.\n\nSecond passage.'

  it('has the title and a blank line before the first chunk', () => {
    expect(embeddedText('Title', text, { ordinal: 0, start: 0, end: 14 })).toBe('Title\n\nFirst passage.')
  })

  it('is the bare span for every other chunk', () => {
    expect(embeddedText('Title', text, { ordinal: 1, start: 16, end: 31 })).toBe('Second passage.')
  })

  it('is the bare span when the title says nothing', () => {
    for (const title of ['', ' ', '\n\t\u00A0'])
      expect(embeddedText(title, text, { ordinal: 0, start: 0, end: 14 })).toBe('First passage.')
  })

  it('keeps the title as it is written, spaces and all', () => {
    expect(embeddedText(' Title ', text, { ordinal: 0, start: 0, end: 5 })).toBe(' Title \n\nFirst')
  })

  it('counts in UTF-16 code units, as all offsets do', () => {
    expect(embeddedText('', '🙂 smile', { ordinal: 0, start: 3, end: 8 })).toBe('smile')
  })
})
