import type { JobRunner } from '../jobs/job-queue.ts'
import type { KeywordIndex } from '../keywords/keyword-index.ts'
import type { VectorIndex } from '../vectors/vector-index.ts'

/** Builds an index, or both, from the store anew; searches go on with the old one until the new one is complete. */
export function createRebuildRunner(parts: { keywords: KeywordIndex; vectors: () => VectorIndex }): JobRunner {
  return async (context) => {
    const { keywords } = parts
    const vectors = parts.vectors()
    const { part } = context.job.payload as { part: 'all' | 'keywords' | 'vectors' }
    const indexes = part === 'all' ? [keywords, vectors] : [part === 'keywords' ? keywords : vectors]
    let before = 0
    for (const index of indexes) {
      let last = 0
      await index.rebuild({
        signal: context.signal,
        onProgress: (completed, total) => {
          last = total
          context.progress({ completed: before + completed, total: before + total })
        },
      })
      before += last
    }
    context.progress({ completed: before, total: before })
  }
}
