import { describe, expect, it } from 'vitest'
import { snippetStart } from '../../../shared/text/snippet.ts'

const text =
  'The first sentence says nothing that was asked for. The second is as empty as the first one was. ' +
  'Here the harbour is named at last. And in the fourth sentence the ferry leaves the harbour.'

function placeOf(word: string, from = 0): [number, number] {
  const start = text.indexOf(word, from)
  return [start, start + word.length]
}

describe('the beginning of what is shown of a passage', () => {
  it('is its own beginning when all of it can be seen, or nothing is marked', () => {
    expect(snippetStart(text, { words: [placeOf('ferry')], length: 1_000 })).toBe(0)
    expect(snippetStart(text, { words: [], length: 40 })).toBe(0)
  })

  it('is its own beginning when no other place shows more', () => {
    expect(snippetStart(text, { words: [placeOf('first'), placeOf('first', 20)], length: 90 })).toBe(0)
  })

  it('is the sentence from which most of the different words are seen', () => {
    const words = [placeOf('harbour'), placeOf('ferry'), placeOf('harbour', text.indexOf('ferry'))]
    expect(text.slice(snippetStart(text, { words, length: 100 }))).toMatch(/^Here the harbour/)
    expect(text.slice(snippetStart(text, { words, length: 60 }))).toMatch(/^And in the fourth/)
  })

  it('is the nearest sentence when no word is marked, and when one word is', () => {
    const near: [number, number] = [text.indexOf('Here'), text.indexOf(' And')]
    expect(text.slice(snippetStart(text, { words: [], near, length: 60 }))).toMatch(/^Here/)
    expect(text.slice(snippetStart(text, { words: [placeOf('first')], near, length: 60 }))).toMatch(/^Here/)
  })

  it('is a word not far before the found one when the sentence is too long', () => {
    const long = `${'word '.repeat(200)}harbour and more.`
    const found = long.indexOf('harbour')
    const start = snippetStart(long, { words: [[found, found + 7]], length: 80 })
    expect(long.slice(start, start + 80)).toContain('harbour')
    expect(long.slice(start)).toMatch(/^word /)
    expect(found - start).toBeGreaterThan(20)
  })

  it('never cuts a character of a script without spaces in two', () => {
    const emoji = `${'😀'.repeat(100)}猫`
    const start = snippetStart(emoji, { words: [[200, 201]], length: 30 })
    expect(emoji.slice(start).isWellFormed()).toBe(true)
  })
})
