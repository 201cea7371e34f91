/** Differences of two texts: paragraph by paragraph, then word by word within those that changed. */

export interface DiffRow {
  /** `null` where the other side has a paragraph that this one lacks. */
  readonly left: readonly DiffPart[] | null
  readonly right: readonly DiffPart[] | null
  readonly isSame: boolean
}

export interface DiffPart {
  readonly text: string
  readonly isChanged: boolean
}

/** Where two sequences agree: pairs of positions, both growing. */
type Match = readonly [number, number]

/** Beyond this many differing pieces the middle is taken as changed altogether. */
const maxEdits = 2_000

/**
 * The longest common subsequence after Myers, "An O(ND) Difference Algorithm and Its Variations", 1986, with equal
 * beginnings and ends taken off first.
 */
export function matchesOf(left: readonly string[], right: readonly string[]): Match[] {
  let start = 0
  while (start < left.length && start < right.length && left[start] === right[start]) start++
  let tail = 0
  while (tail < Math.min(left.length, right.length) - start && left[left.length - 1 - tail] === right[right.length - 1 - tail]) {
    tail++
  }
  const middle = shortestEdit(left.slice(start, left.length - tail), right.slice(start, right.length - tail))
  return [
    ...Array.from({ length: start }, (_, i): Match => [i, i]),
    ...middle.map(([a, b]): Match => [a + start, b + start]),
    ...Array.from({ length: tail }, (_, i): Match => [left.length - tail + i, right.length - tail + i]),
  ]
}

function shortestEdit(left: readonly string[], right: readonly string[]): Match[] {
  const [n, m] = [left.length, right.length]
  const max = Math.min(n + m, maxEdits)
  const furthest = new Map<number, number>([[1, 0]])
  const trail: Map<number, number>[] = []
  for (let d = 0; d <= max; d++) {
    trail.push(new Map(furthest))
    for (let k = -d; k <= d; k += 2) {
      const isDown = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1))
      let x = isDown ? furthest.get(k + 1)! : furthest.get(k - 1)! + 1
      while (x < n && x - k < m && left[x] === right[x - k]) x++
      furthest.set(k, x)
      if (x >= n && x - k >= m) return backtrack(trail, n, m)
    }
  }
  return []
}

function backtrack(trail: readonly Map<number, number>[], n: number, m: number): Match[] {
  const matches: Match[] = []
  let [x, y] = [n, m]
  for (let d = trail.length - 1; d >= 0; d--) {
    const furthest = trail[d]!
    const k = x - y
    const isDown = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1))
    const before = isDown ? k + 1 : k - 1
    const fromX = d === 0 ? 0 : furthest.get(before)!
    const fromY = d === 0 ? 0 : fromX - before
    while (x > fromX && y > fromY) matches.push([--x, --y])
    if (d > 0) [x, y] = [fromX, fromY]
  }
  return matches.reverse()
}

/** Two texts side by side. What changed is marked by words where a paragraph has a counterpart. */
export function compareTexts(left: string, right: string): DiffRow[] {
  const [a, b] = [paragraphsOf(left), paragraphsOf(right)]
  const rows: DiffRow[] = []
  let [i, j] = [0, 0]
  for (const [x, y] of [...matchesOf(a, b), [a.length, b.length] as const]) {
    rows.push(...changedRows(a.slice(i, x), b.slice(j, y)))
    if (x < a.length) rows.push({ left: [plain(a[x]!)], right: [plain(b[y]!)], isSame: true })
    ;[i, j] = [x + 1, y + 1]
  }
  return rows
}

export function paragraphsOf(text: string): string[] {
  return text
    .split(/\n+/u)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
}

function plain(text: string): DiffPart {
  return { text, isChanged: false }
}

function changedRows(left: readonly string[], right: readonly string[]): DiffRow[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => {
    const [a, b] = [left[i], right[i]]
    if (a === undefined) return { left: null, right: [{ text: b!, isChanged: true }], isSame: false }
    if (b === undefined) return { left: [{ text: a, isChanged: true }], right: null, isSame: false }
    return { ...compareWords(a, b), isSame: false }
  })
}

const longestByWords = 6_000

function compareWords(left: string, right: string): { left: DiffPart[]; right: DiffPart[] } {
  const whole = (text: string): DiffPart[] => [{ text, isChanged: true }]
  if (left.length + right.length > longestByWords * 2) return { left: whole(left), right: whole(right) }
  const [a, b] = [wordsWithSpaces(left), wordsWithSpaces(right)]
  const matches = matchesOf(a, b)
  // Two paragraphs with hardly a word in common are not versions of each other.
  if (matches.length < Math.min(a.length, b.length) * 0.25) return { left: whole(left), right: whole(right) }
  return {
    left: partsOf(a, new Set(matches.map(([x]) => x))),
    right: partsOf(b, new Set(matches.map(([, y]) => y))),
  }
}

function wordsWithSpaces(text: string): string[] {
  return text.match(/\s+|[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu) ?? []
}

function partsOf(words: readonly string[], same: ReadonlySet<number>): DiffPart[] {
  const parts: { text: string; isChanged: boolean }[] = []
  for (const [i, text] of words.entries()) {
    const isChanged = !same.has(i)
    const last = parts.at(-1)
    if (last?.isChanged === isChanged) last.text += text
    else parts.push({ text, isChanged })
  }
  return parts
}

/** Long stretches without a difference become one line that can be opened; a row of context stays on each side. */
export function foldSame(rows: readonly DiffRow[]): (DiffRow | { readonly folded: readonly DiffRow[] })[] {
  const folded: (DiffRow | { readonly folded: readonly DiffRow[] })[] = []
  let at = 0
  while (at < rows.length) {
    let end = at
    while (end < rows.length && rows[end]!.isSame) end++
    const isLong = end - at > 4
    if (!isLong) folded.push(...rows.slice(at, Math.max(end, at + 1)))
    else {
      const [head, tail] = [at === 0 ? 0 : 1, end === rows.length ? 0 : 1]
      folded.push(...rows.slice(at, at + head), { folded: rows.slice(at + head, end - tail) }, ...rows.slice(end - tail, end))
    }
    at = Math.max(end, at + 1)
  }
  return folded
}
