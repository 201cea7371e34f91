import { expect, it } from 'vitest'
import { createLabStore, fewestTexts, mostTexts } from '../../../../../renderer/features/lab/lab-store.ts'

it('keeps at least two texts and takes at most as many as can be compared', () => {
  const lab = createLabStore()
  for (let i = 0; i < 20; i++) lab.removeText(0)
  expect(lab.store.getState().texts).toHaveLength(fewestTexts)
  for (let i = 0; i < 20; i++) lab.addText()
  expect(lab.store.getState().texts).toHaveLength(mostTexts)
  lab.setText(15, 'last')
  expect(lab.store.getState().texts.at(-1)).toBe('last')
})
