import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../harness/random.ts'
import type { OpenLibrary } from '../builders.ts'
import { Follower, stateOf } from '../follower.ts'
import { expectSame } from '../model-check.ts'
import { RandomOperations } from '../random-operations.ts'
import { useLibrary } from './use-library.ts'

const seeds = [1, 2, 3, 4]
const operations = 900
const perCheck = 45

/** Thousands of random operations against the store and a model of it, and indexes that follow in three ways. */
export function describeRandomOperations(open: OpenLibrary): void {
  describe('random operations', () => {
    const library = useLibrary(open)

    it.each(seeds)('leave the store as the model has it, and every follower too, with seed %i', async (seed) => {
      const random = seededRandom(seed)
      const run = new RandomOperations(random)
      const prompt = new Follower()
      const late = new Follower()
      const forgetful = new Follower()
      let last = 0
      for (let i = 1; i <= operations; i++) {
        await run.step(library.store)
        if (random.chance(0.5)) await prompt.step(library.store, random.int(1, 20))
        if (random.chance(0.2)) await forgetful.step(library.store, random.int(1, 50))
        // It was killed before it noted how far it had come
        if (random.chance(0.1)) forgetful.sequence = Math.max(0, forgetful.sequence - random.int(0, 15))
        if (random.chance(0.01)) await library.store.changes.trim(random.int(last - 20, last))
        const sequence = await library.store.changes.last()
        expect(sequence).toBeGreaterThanOrEqual(last)
        last = sequence
        if (i % perCheck !== 0) continue
        await expectSame(library.store, run.model, random)
        for (const follower of [prompt, late, forgetful]) {
          await follower.catchUp(library.store)
          expect(follower.state()).toEqual(await stateOf(library.store))
        }
        if (random.chance(0.3)) await expectSame(await library.reopen(), run.model, random)
        expect(await library.store.changes.last()).toBe(last)
      }
      expect(run.model.highestDocument).toBeGreaterThan(100)
    })
  })
}
