import { describe, expect, it } from 'vitest'
import { compareTexts, foldSame, matchesOf } from '../../../../../renderer/features/kin/diff.ts'

/** A reference: the length of the longest common subsequence by dynamic programming. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  const row = Array.from({ length: b.length + 1 }, () => 0)
  for (const x of a) {
    let diagonal = 0
    for (const [j, y] of b.entries()) {
      const above = row[j + 1]!
      row[j + 1] = x === y ? diagonal + 1 : Math.max(above, row[j]!)
      diagonal = above
    }
  }
  return row[b.length]!
}

describe('what two sequences have in common', () => {
  it('is as long as the reference finds, on random sequences', () => {
    let seed = 7
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    for (let round = 0; round < 200; round++) {
      const sequence = (): string[] => Array.from({ length: Math.floor(random() * 30) }, () => 'abcd'[Math.floor(random() * 4)]!)
      const [a, b] = [sequence(), sequence()]
      const matches = matchesOf(a, b)
      expect(matches.every(([x, y]) => a[x] === b[y])).toBe(true)
      expect(matches.every(([x, y], i) => i === 0 || (x > matches[i - 1]![0] && y > matches[i - 1]![1]))).toBe(true)
      expect(matches).toHaveLength(longestCommon(a, b))
    }
  })
})

describe('two texts side by side', () => {
  it('marks the words that differ in a paragraph', () => {
    const [row] = compareTexts('The clock is where the trouble starts.', 'The clock is where the trouble begins.')
    const changed = (parts: NonNullable<typeof row>['left']): string[] | undefined =>
      parts?.filter(({ isChanged }) => isChanged).map(({ text }) => text)
    expect(row!.isSame).toBe(false)
    expect(changed(row!.left)).toEqual(['starts'])
    expect(changed(row!.right)).toEqual(['begins'])
  })

  it('leaves a gap where one side has a paragraph that the other lacks', () => {
    const rows = compareTexts('a\n\nb\n\nc', 'a\n\nc')
    expect(rows.map(({ isSame, right }) => [isSame, right === null])).toEqual([
      [true, false],
      [false, true],
      [true, false],
    ])
  })

  it('says that equal texts are equal', () => {
    expect(compareTexts('a\n\nb', 'a\nb').every(({ isSame }) => isSame)).toBe(true)
    expect(compareTexts('', '')).toEqual([])
  })

  it('folds long equal stretches and keeps a line of context', () => {
    const left = [...Array.from({ length: 10 }, (_, i) => `p${i}`), 'x'].join('\n')
    const right = [...Array.from({ length: 10 }, (_, i) => `p${i}`), 'y'].join('\n')
    const folded = foldSame(compareTexts(left, right))
    expect(folded.map((row) => ('folded' in row ? row.folded.length : 1))).toEqual([9, 1, 1])
  })
})
