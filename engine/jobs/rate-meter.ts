/** Measures how many units a second pass, over the last half minute. */
export interface RateMeter {
  /** Notes the number of units completed so far. */
  count(completed: number, now?: number): void
  /** `null` until a second has been seen. */
  perSecond(now?: number): number | null
}

const windowMs = 30_000
const leastMs = 1_000
const noteEveryMs = 250

export function createRateMeter(): RateMeter {
  const notes: { at: number; completed: number }[] = []
  const forget = (now: number): void => {
    while (notes.length > 2 && now - notes[0]!.at > windowMs) notes.shift()
  }
  return {
    count(completed, now = performance.now()) {
      const last = notes.at(-1)
      if (last !== undefined && notes.length > 1 && now - notes.at(-2)!.at < noteEveryMs) {
        last.at = now
        last.completed = completed
      } else notes.push({ at: now, completed })
      forget(now)
    },
    perSecond(now = performance.now()) {
      forget(now)
      const [first, last] = [notes[0], notes.at(-1)]
      if (first === undefined || last === undefined || now - first.at < leastMs) return null
      return (last.completed - first.completed) / ((now - first.at) / 1_000)
    },
  }
}
