import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')
export const modelFolder = join(repository, 'resources/models/bge-small-en-v1.5')

/** A folder of the development data that lies beside the repository, or where `AKIN_SHARED` says. */
export function sharedFolder(...path: string[]): string {
  return join(process.env['AKIN_SHARED'] ?? join(repository, '../shared'), 'eval', ...path)
}

/** True when the folder is there; says what is not run otherwise. */
export function hasShared(folder: string): boolean {
  const isThere = existsSync(folder)
  if (!isThere) console.log(`Not run: ${folder} is not there (AKIN_SHARED names another place)`)
  return isThere
}

/** F1 of two texts as bags of words: 1 when both have the same words equally often. */
export function overlapOf(expected: string, text: string): number {
  const [left, right] = [wordsOf(expected), wordsOf(text)]
  if (left.length + right.length === 0) return 1
  const counts = new Map<string, number>()
  for (const word of left) counts.set(word, (counts.get(word) ?? 0) + 1)
  let common = 0
  for (const word of right) {
    const count = counts.get(word) ?? 0
    if (count === 0) continue
    common++
    counts.set(word, count - 1)
  }
  return (2 * common) / (left.length + right.length)
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
