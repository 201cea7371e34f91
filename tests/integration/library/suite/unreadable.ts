import { describe, expect, it } from 'vitest'
import { imported, noon, put, unreadable } from '../builders.ts'
import type { OpenLibrary } from '../builders.ts'
import { useLibrary } from './use-library.ts'

/** Sources that could not be read, and their recovery. */
export function describeUnreadable(open: OpenLibrary): void {
  describe('unreadable sources', () => {
    const library = useLibrary(open)
    const documents = () => library.store.documents
    const putUnreadable = async (...parts: Parameters<typeof unreadable>) =>
      (await documents().putUnreadable([unreadable(...parts)]))[0]!

    it('are kept with their reason', async () => {
      const { documentId, outcome } = await putUnreadable('Scan', {
        contentHash: 'abc',
        fingerprint: { sizeBytes: 9, modifiedAtMs: 8 },
      })
      expect(outcome).toBe('added')
      expect(await documents().get(documentId)).toMatchObject({
        title: 'Scan',
        kind: 'file',
        text: '',
        content: { blocks: [], marks: [], pages: [] },
        status: 'failed',
        reason: { code: 'encrypted', message: 'The file is protected by a password', advice: 'Save a copy without one' },
        chunkCount: 0,
        wordCount: 0,
        mediaType: 'application/pdf',
      })
      expect(await documents().sources(documentId)).toMatchObject([
        { contentHash: 'abc', fingerprint: { sizeBytes: 9, modifiedAtMs: 8 } },
      ])
      expect(await documents().findByContent('abc')).toBeNull()
      expect(await documents().indexable(0, 10)).toEqual([])
    })

    it('are skipped when there is nothing in them to search, without advice if there is none', async () => {
      const reason = { code: 'no-text', message: 'There is no text in it', advice: null }
      const { documentId } = await putUnreadable('Picture', { status: 'skipped', reason })
      expect(await documents().get(documentId)).toMatchObject({ status: 'skipped', reason })
      expect(await documents().statusCounts()).toMatchObject({ documents: 1, skipped: 1, failed: 0 })
    })

    it('take the newest reason and fingerprint when they fail again', async () => {
      const { documentId } = await putUnreadable('Scan', { fingerprint: { sizeBytes: 1, modifiedAtMs: 1 } })
      const reason = { code: 'damaged-file', message: 'The file is damaged', advice: null }
      const again = await putUnreadable('Scan, renamed', {
        reason,
        contentHash: 'def',
        fingerprint: { sizeBytes: 2, modifiedAtMs: 2 },
        source: { location: '/notes/Scan.md', label: 'Moved' },
      })
      expect(again).toEqual({ documentId, outcome: 'updated' })
      const stored = await documents().get(documentId)
      expect(stored).toMatchObject({ title: 'Scan, renamed', reason, source: { label: 'Moved' } })
      expect(await documents().sources(documentId)).toMatchObject([
        { contentHash: 'def', fingerprint: { sizeBytes: 2, modifiedAtMs: 2 } },
      ])
    })

    it('become ordinary documents once they can be read, with the marks of the person', async () => {
      const { documentId } = await putUnreadable('Scan')
      await documents().update([documentId], { addTags: ['mine'], isStarred: true }, noon)
      expect(await documents().putImported([imported('Scan', 'Now it can be read.')])).toEqual([
        { documentId, outcome: 'updated' },
      ])
      expect(await documents().get(documentId)).toMatchObject({
        text: 'Now it can be read.',
        status: 'pending',
        reason: null,
        tags: ['mine'],
        isStarred: true,
      })
    })

    it('join the document whose content they turn out to have', async () => {
      const { documentId } = await putUnreadable('Scan')
      await documents().update([documentId], { addTags: ['mine'] }, noon)
      const [twin] = await put(library.store, imported('Twin', 'Same text.'))
      const [result] = await documents().putImported([{ ...imported('Twin', 'Same text.'), source: unreadable('Scan').source }])
      expect(result).toEqual({ documentId: twin, outcome: 'updated' })
      expect(await documents().get(documentId)).toBeNull()
      expect(await documents().get(twin!)).toMatchObject({ otherSources: 1, tags: ['mine'] })
    })

    it('leave an earlier good version as it is', async () => {
      const [id] = await put(library.store, imported('Scan', 'It could be read once.'))
      const before = await documents().get(id!)
      const sequence = await library.store.changes.last()
      expect(await putUnreadable('Scan')).toEqual({ documentId: id, outcome: 'unchanged' })
      expect(await documents().get(id!)).toEqual(before)
      expect(await library.store.changes.last()).toBe(sequence)
    })

    it('stay in the trash when they fail again there', async () => {
      const { documentId } = await putUnreadable('Scan')
      await documents().trash([documentId], noon)
      await putUnreadable('Scan')
      expect((await documents().get(documentId))!.trashedAt).toBe(noon)
    })

    it('are not made one because of equal content', async () => {
      const a = await putUnreadable('A', { contentHash: 'same' })
      const b = await putUnreadable('B', { contentHash: 'same' })
      expect(a.documentId).not.toBe(b.documentId)
    })

    it('come out of the trash when the person named them and they can be read', async () => {
      const { documentId } = await putUnreadable('Scan')
      await documents().trash([documentId], noon)
      await documents().putImported([imported('Scan', 'Now it can be read.')], { restoresTrashed: true })
      expect((await documents().get(documentId))!.trashedAt).toBeNull()
    })
  })

  describe('documents without anything to embed', () => {
    const library = useLibrary(open)

    it('are skipped with a reason, and keep their text', async () => {
      const [id] = await put(library.store, imported('Empty', ''))
      expect(await library.store.documents.get(id!)).toMatchObject({
        status: 'skipped',
        reason: { code: 'file-empty' },
        text: '',
        chunkCount: 0,
      })
      expect(await library.store.documents.indexable(0, 10)).toMatchObject([{ id, title: 'Empty' }])
      expect(await library.store.vectors.chunks(id!)).toEqual([])
    })

    it('wait again once something is written into them', async () => {
      const [id] = await put(library.store, imported('Empty', ''))
      await put(library.store, imported('Empty', 'A word.'))
      expect(await library.store.documents.get(id!)).toMatchObject({ status: 'pending', reason: null })
    })
  })
}
