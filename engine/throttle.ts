/** Calls `work` at most once in `everyMs`: at once when it was long ago, else at the end of the wait. */
export function throttle(work: () => void, everyMs: number): { call: () => void; cancel: () => void } {
  let calledAt = -Infinity
  let timer: NodeJS.Timeout | undefined
  const run = (): void => {
    timer = undefined
    calledAt = performance.now()
    work()
  }
  return {
    call: () => {
      if (timer !== undefined) return
      const waitMs = calledAt + everyMs - performance.now()
      if (waitMs <= 0) run()
      else timer = setTimeout(run, waitMs)
    },
    cancel: () => clearTimeout(timer),
  }
}
