import type { Reading } from './reading.ts'

export interface QueuedText {
  readonly id: number
  readonly text: string
}

export interface ReadText extends QueuedText {
  readonly reading: Reading
}

interface Entry {
  readonly item: QueuedText
  reading?: Reading
}

/** How far behind the first passage others are looked for that are as long. */
const lookAhead = 32

/** Shorter passages than this share of the longest would be mostly padding. */
const leastShare = 0.75

/** Passages that wait, handed out in their order, or together with others of similar length. */
export class PassageQueue {
  readonly #waiting: Entry[] = []

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  push(item: QueuedText): void {
    this.#waiting.push({ item })
  }

  /** Takes one out; false when it is not there. */
  remove(id: number): boolean {
    const index = this.#waiting.findIndex(({ item }) => item.id === id)
    if (index >= 0) this.#waiting.splice(index, 1)
    return index >= 0
  }

  next(): QueuedText | undefined {
    return this.#waiting.shift()?.item
  }

  /**
   * The passage that waits longest, with up to `size - 1` of those behind it whose length is nearest to its own; one that is
   * read in windows comes alone. Empty when nothing waits.
   *
   * @param read when it throws, so does this, and nothing is taken out
   */
  nextBatch(size: number, read: (text: string) => Reading): ReadText[] {
    const [first, ...others] = this.#waiting.slice(0, lookAhead)
    if (first === undefined) return []
    const readingOf = (entry: Entry): Reading => (entry.reading ??= read(entry.item.text))
    const { runs, tokenCount } = readingOf(first)
    const near = runs.length > 1 ? [] : others.filter((entry) => readingOf(entry).runs.length === 1)
    const shareOf = (entry: Entry): number => {
      const other = readingOf(entry).tokenCount
      return Math.min(tokenCount, other) / Math.max(tokenCount, other)
    }
    const alike = near.filter((entry) => shareOf(entry) >= leastShare).toSorted((a, b) => shareOf(b) - shareOf(a))
    const chosen = [first, ...alike.slice(0, size - 1)]
    const isChosen = new Set(chosen)
    const rest = this.#waiting.filter((entry) => !isChosen.has(entry))
    this.#waiting.splice(0, this.#waiting.length, ...rest)
    return chosen.map((entry) => ({ ...entry.item, reading: readingOf(entry) }))
  }
}
