import { expect, it } from 'vitest'
import { datePresets } from '../../../../../renderer/features/search/date-presets.ts'

it('counts back from the local day', () => {
  const presets = datePresets(new Date(2025, 2, 3, 1))
  expect(presets.map(({ after }) => after)).toEqual([null, '2025-02-24', '2025-02-01', '2024-03-03', '2025', '2024'])
  expect(presets.at(-1)?.before).toBe('2025')
})
