import { expect, it } from 'vitest'
import { sentence } from '../../../../renderer/ui/sentence.ts'

it('ends what the engine says, and leaves out what it does not', () => {
  expect(sentence('No text in it', 'Run a text recognition')).toBe('No text in it. Run a text recognition.')
  expect(sentence('Is it open?', null, '')).toBe('Is it open?')
  expect(sentence(undefined)).toBe('')
})
