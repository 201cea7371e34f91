const withoutSpaces = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
// Bounded: V8 keeps a place to go back to for each character, and its stack ends after some hundred thousand
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[[\p{L}\p{N}\p{M}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]]{1,1000}(?:['’.,\-][[\p{L}\p{N}\p{M}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]]{1,1000}){0,1000}/gv
const beyondAscii = /[^\t\n\x20-\x7E]/
const asciiWord = /[A-Za-z0-9]+(?:['.,-][A-Za-z0-9]+){0,1000}/g

/**
 * Words of a text as word processors count them: runs of letters and digits ("don't" and "3.14" are one), each
 * character of Chinese and Japanese, and words by dictionary in Thai and its neighbours.
 */
export function countWords(text: string): number {
  if (!beyondAscii.test(text)) return countMatches(text, asciiWord)
  return countMatches(text, word) + (withoutSpaces.test(text) ? countByDictionary(text) : 0)
}

function countMatches(text: string, pattern: RegExp): number {
  let count = 0
  for (const _ of text.matchAll(pattern)) count++
  return count
}

function countByDictionary(text: string): number {
  let count = 0
  for (const { segment, isWordLike } of new Intl.Segmenter('th', { granularity: 'word' }).segment(text)) {
    if (isWordLike === true && withoutSpaces.test(segment)) count++
  }
  return count
}
