import { expect, it } from 'vitest'
import { backOffMs } from '../../../../renderer/client/back-off.ts'

it('doubles the wait and stops at ten seconds', () => {
  expect([1, 2, 3, 4, 5, 6, 20].map((attempt) => backOffMs(attempt, 0.5))).toEqual([
    400, 800, 1_600, 3_200, 6_400, 10_000, 10_000,
  ])
})

it('spreads the wait by a tenth to each side', () => {
  expect(backOffMs(1, 0)).toBe(360)
  expect(backOffMs(1, 1)).toBe(440)
})
