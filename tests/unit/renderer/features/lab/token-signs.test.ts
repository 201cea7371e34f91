import { expect, it } from 'vitest'
import type { LabToken } from '../../../../../shared/model/lab.ts'
import { signsIn } from '../../../../../renderer/features/lab/token-signs.ts'

const token = (text: string, piece: string, isSpecial = false): LabToken => ({ id: 1, text, piece, start: 0, end: 1, isSpecial })

it('explains the signs that occur, and no others', () => {
  expect(signsIn([token('cake', 'cake')])).toEqual([])
  expect(signsIn([token('·cake', 'Ġcake'), token('<F0><9F>', 'ðŁ')])).toEqual([
    'A dot is a space: it belongs to the token behind it.',
    'What stands as <E2> is one byte of a character that takes several tokens.',
  ])
  expect(signsIn([token('[CLS]', '[CLS]', true), token('##ke', '##ke'), token('[UNK]', '[UNK]')])).toHaveLength(3)
})
