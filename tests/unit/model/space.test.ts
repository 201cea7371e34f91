import { describe, expect, it } from 'vitest'
import { parsePostProcessing } from '../../../shared/model/space.ts'

describe('post-processing as it is typed', () => {
  it.each([
    ['none', { method: 'none' }],
    ['centre', { method: 'centre' }],
    ['all-but-the-top', { method: 'all-but-the-top', components: 3 }],
    ['all-but-the-top:1', { method: 'all-but-the-top', components: 1 }],
    ['whitening', { method: 'whitening', shrinkage: 0.05 }],
    ['whitening:0', { method: 'whitening', shrinkage: 0 }],
  ])('reads %s', (text, expected) => expect(parsePostProcessing(text)).toEqual(expected))

  it.each([
    '',
    'magic',
    'None',
    'none:1',
    'centre:2',
    'all-but-the-top:',
    'all-but-the-top:0',
    'all-but-the-top:65',
    'all-but-the-top:1.5',
    'whitening:2',
    'whitening:x',
    'whitening:0.1:2',
  ])('takes “%s” for nothing', (text) => expect(parsePostProcessing(text)).toBeNull())
})
