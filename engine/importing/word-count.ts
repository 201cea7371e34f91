const withoutSpaces = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}])+(?:['’.,-](?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}])+)*/gu
const beyondAscii = /[^\t\n\x20-\x7E]/
const asciiWord = /[A-Za-z0-9]+(?:['.,-][A-Za-z0-9]+)*/g

const segmenter = new Intl.Segmenter('th', { granularity: 'word' })

/**
 * Words of a text as word processors count them: runs of letters and digits ("don't" and "3.14" are one), each
 * character of Chinese and Japanese, and words by dictionary in Thai and its neighbours.
 */
export function countWords(text: string): number {
  let count = 0
  if (!beyondAscii.test(text)) {
    for (const _ of text.matchAll(asciiWord)) count++
    return count
  }
  for (const { 0: found } of text.matchAll(word)) count += withoutSpaces.test(found) ? countByDictionary(found) : 1
  return count
}

function countByDictionary(run: string): number {
  let count = 0
  for (const { isWordLike } of segmenter.segment(run)) if (isWordLike) count++
  return count
}
