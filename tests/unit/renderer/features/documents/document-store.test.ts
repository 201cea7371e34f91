import { expect, it } from 'vitest'
import type { Document } from '../../../../../shared/model/document.ts'
import { trimEntries, type DocumentEntry } from '../../../../../renderer/features/documents/document-store.ts'

const entry = (length: number): DocumentEntry => ({
  document: { text: 'x'.repeat(length) } as Document,
  isLoading: false,
  error: null,
})

it('keeps the newest items and always the last one', () => {
  const many = new Map(Array.from({ length: 40 }, (_, id) => [id, entry(1)]))
  expect([...trimEntries(many).keys()]).toEqual(Array.from({ length: 24 }, (_, i) => 16 + i))
  const large = new Map([
    [1, entry(10)],
    [2, entry(41_000_000)],
  ])
  expect([...trimEntries(large).keys()]).toEqual([2])
})
