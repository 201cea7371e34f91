import { describe, expect, it } from 'vitest'
import type { JobItemDraft } from '../../../../engine/library/library-store.ts'
import { noon, putOne } from '../builders.ts'
import type { OpenLibrary } from '../builders.ts'
import { useLibrary } from './use-library.ts'

const draft = {
  kind: 'import',
  title: 'Import of “Notes”',
  unit: 'files',
  payload: { paths: ['/a', '/ü'], at: { depth: 1, list: [null, true] } },
  createdAt: noon,
} as const
const reason = { code: 'damaged-file', message: 'The file is damaged', advice: null }

function item(location: string, parts: Partial<JobItemDraft> = {}): JobItemDraft {
  return {
    outcome: 'failed',
    name: location,
    location,
    sizeBytes: 12,
    documentId: null,
    reason,
    canRetry: true,
    payload: { location },
    ...parts,
  }
}

/** Jobs, their items and what a retry needs. */
export function describeJobs(open: OpenLibrary): void {
  describe('jobs', () => {
    const library = useLibrary(open)
    const jobs = () => library.store.jobs

    it('begin queued, with nothing done', async () => {
      const job = await jobs().add(draft)
      expect(job).toEqual({
        ...draft,
        id: job.id,
        state: 'queued',
        completed: 0,
        total: null,
        counts: { added: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 },
        startedAt: null,
        finishedAt: null,
        error: null,
      })
      expect(await jobs().get(job.id)).toEqual(job)
      expect(await jobs().get(99)).toBeNull()
    })

    it('change field by field, and keep their state when the library is opened anew', async () => {
      const job = await jobs().add(draft)
      const changes = {
        title: 'Import of Notes (2)',
        state: 'paused',
        unit: 'passages',
        completed: 12,
        total: 40,
        counts: { added: 1, updated: 2, unchanged: 3, skipped: 4, failed: 5 },
        payload: { next: 'b' },
        startedAt: noon,
        finishedAt: noon,
        error: { code: 'offline', message: 'There is no network', advice: 'Connect, then resume' },
      } as const
      await jobs().update(job.id, changes)
      await library.reopen()
      expect(await jobs().get(job.id)).toEqual({ ...job, ...changes })
      await jobs().update(job.id, { total: null, startedAt: null, finishedAt: null, error: null })
      expect(await jobs().get(job.id)).toEqual({
        ...job,
        ...changes,
        total: null,
        startedAt: null,
        finishedAt: null,
        error: null,
      })
      await jobs().update(job.id, {})
      await jobs().update(job.id, { state: 'running' })
      expect(await jobs().get(job.id)).toMatchObject({ state: 'running', completed: 12, title: 'Import of Notes (2)' })
      await jobs().update(99, { state: 'done' })
    })

    it('are listed newest first, the open ones oldest first', async () => {
      const ids: number[] = []
      for (const state of ['queued', 'running', 'paused', 'done', 'failed', 'cancelled'] as const) {
        const { id } = await jobs().add(draft)
        await jobs().update(id, { state })
        ids.push(id)
      }
      expect((await jobs().list(100)).map((job) => job.id)).toEqual(ids.toReversed())
      expect((await jobs().list(2)).map((job) => job.id)).toEqual(ids.toReversed().slice(0, 2))
      expect((await jobs().open()).map((job) => job.id)).toEqual(ids.slice(0, 3))
    })

    it('are cleared once they ended, with their items, and their ids are not used again', async () => {
      const first = await jobs().add(draft)
      const second = await jobs().add(draft)
      await jobs().addItems(second.id, [item('/a')])
      await jobs().update(second.id, { state: 'done' })
      expect(await jobs().clear()).toEqual([second.id])
      expect(await jobs().clear()).toEqual([])
      expect((await jobs().list(10)).map((job) => job.id)).toEqual([first.id])
      expect(await jobs().items(second.id, { offset: 0, limit: 10 })).toEqual({ items: [], total: 0 })
      expect((await jobs().add(draft)).id).toBeGreaterThan(second.id)
    })
  })

  describeItems(open)
}

function describeItems(open: OpenLibrary): void {
  describe('items of jobs', () => {
    const library = useLibrary(open)
    const jobs = () => library.store.jobs
    const page = { offset: 0, limit: 100 }

    it('are kept with their reason, by outcome and in their order', async () => {
      const { id } = await jobs().add(draft)
      const documentId = await putOne(library.store, 'A', 'a')
      await jobs().addItems(id, [
        item('/skipped', { outcome: 'skipped', sizeBytes: null, canRetry: false, payload: null }),
        item('/a', { documentId }),
        item('/b'),
      ])
      const { items, total } = await jobs().items(id, page)
      expect(total).toBe(3)
      expect(items.map((one) => one.location).toSorted()).toEqual(['/a', '/b', '/skipped'])
      expect(items.find((one) => one.location === '/a')).toEqual({
        id: expect.any(Number) as number,
        outcome: 'failed',
        name: '/a',
        location: '/a',
        sizeBytes: 12,
        documentId,
        reason,
        canRetry: true,
      })
      expect(items.find((one) => one.location === '/skipped')).toMatchObject({
        outcome: 'skipped',
        sizeBytes: null,
        canRetry: false,
      })
      const failed = await jobs().items(id, { ...page, outcome: 'failed' })
      expect(failed.total).toBe(2)
      expect(failed.items.map((one) => one.location)).toEqual(['/a', '/b'])
      expect((await jobs().items(id, { ...page, outcome: 'skipped' })).items).toHaveLength(1)
    })

    it('come in pages that do not overlap', async () => {
      const { id } = await jobs().add(draft)
      await jobs().addItems(
        id,
        Array.from({ length: 25 }, (_, i) => item(`/${i}`, { outcome: i % 2 === 0 ? 'failed' : 'skipped' })),
      )
      const seen: number[] = []
      for (let offset = 0; offset < 30; offset += 10) {
        const { items, total } = await jobs().items(id, { offset, limit: 10 })
        expect(total).toBe(25)
        seen.push(...items.map((one) => one.id))
      }
      expect(new Set(seen).size).toBe(25)
      expect(seen).toHaveLength(25)
    })

    it('replace an earlier one of the same location, whole', async () => {
      const { id } = await jobs().add(draft)
      await jobs().addItems(id, [item('/a', { canRetry: false, payload: null }), item('/b')])
      const newest = item('/a', {
        outcome: 'skipped',
        name: 'a, renamed',
        sizeBytes: 99,
        reason: { code: 'no-text', message: 'There is no text in it', advice: 'None' },
        canRetry: true,
        payload: { again: true },
      })
      await jobs().addItems(id, [newest])
      const { items, total } = await jobs().items(id, { ...page, outcome: 'skipped' })
      const { payload: _, ...shown } = newest
      expect(items).toMatchObject([shown])
      expect(total).toBe(1)
      expect((await jobs().items(id, page)).total).toBe(2)
      await jobs().addItems(id, [item('/a', { payload: { third: 3 } })])
      expect(await jobs().retryPayloads(id)).toContainEqual({ third: 3 })
    })

    it('of different jobs do not touch each other', async () => {
      const [one, two] = [await jobs().add(draft), await jobs().add(draft)]
      await jobs().addItems(one.id, [item('/a')])
      await jobs().addItems(two.id, [item('/a', { outcome: 'skipped' })])
      expect((await jobs().items(one.id, page)).items).toMatchObject([{ outcome: 'failed' }])
      expect((await jobs().items(two.id, page)).items).toMatchObject([{ outcome: 'skipped' }])
    })

    it('give what a retry needs, of failed ones that can be tried again, all or those named', async () => {
      const { id } = await jobs().add(draft)
      await jobs().addItems(id, [
        item('/a'),
        item('/b', { canRetry: false }),
        item('/c', { outcome: 'skipped' }),
        item('/d', { payload: null }),
        item('/e', { payload: { deep: [{ 'ü"': '\u0000' }] } }),
      ])
      expect(await jobs().retryPayloads(id)).toEqual([{ location: '/a' }, { deep: [{ 'ü"': '\u0000' }] }])
      const { items } = await jobs().items(id, page)
      const named = items.filter((one) => ['/b', '/e'].includes(one.location)).map((one) => one.id)
      expect(await jobs().retryPayloads(id, named)).toEqual([{ deep: [{ 'ü"': '\u0000' }] }])
      expect(await jobs().retryPayloads(id, [])).toEqual([])
      expect(await jobs().retryPayloads(99)).toEqual([])
    })

    it('are at most 20,000, and an earlier one can still be replaced then', async () => {
      const { id } = await jobs().add(draft)
      for (let i = 0; i < 21; i++)
        await jobs().addItems(
          id,
          Array.from({ length: 1_000 }, (_, j) => item(`/${i}/${j}`)),
        )
      expect((await jobs().items(id, { offset: 0, limit: 1 })).total).toBe(20_000)
      await jobs().addItems(id, [item('/one more'), item('/3/3', { outcome: 'skipped' })])
      expect(await jobs().items(id, { ...page, outcome: 'skipped' })).toMatchObject({ total: 1, items: [{ location: '/3/3' }] })
      expect((await jobs().items(id, { offset: 0, limit: 1 })).total).toBe(20_000)
    })

    it('that come again do not take the room of others', async () => {
      const { id } = await jobs().add(draft)
      const many = Array.from({ length: 15_000 }, (_, i) => item(`/${i}`))
      await jobs().addItems(id, many)
      await jobs().addItems(id, [...many.slice(0, 6_000), item('/new')])
      expect((await jobs().items(id, { offset: 0, limit: 1 })).total).toBe(15_001)
    })

    it('of an unknown job are refused with not-found', async () => {
      await expect(jobs().addItems(99, [item('/a')])).rejects.toMatchObject({ code: 'not-found' })
      expect(await jobs().items(99, page)).toEqual({ items: [], total: 0 })
    })
  })
}
