import type { DocumentId } from '../../../shared/model/document.ts'
import type { DocumentChanges, DocumentState } from '../library-store.ts'
import { findByIds } from './mongo-connection.ts'
import { visibleTags, type DocumentRecord } from './records.ts'
import { withoutTag, withUserTag, withUserTagsOf } from './tag-records.ts'
import type { UnitOfWork } from './unit-of-work.ts'

export function stateOf(record: DocumentRecord): DocumentState {
  const { _id, tags, isStarred, readAt, trashedAt } = record
  return { id: _id, tags: visibleTags(tags), isStarred, readAt, trashedAt }
}

export async function updateDocuments(
  unit: UnitOfWork,
  ids: readonly DocumentId[],
  { changes, at }: { changes: DocumentChanges; at: string },
): Promise<DocumentId[]> {
  await unit.load(ids)
  return ids.filter((id) => {
    const before = unit.get(id)
    if (before === undefined) return false
    let now = before
    for (const tag of changes.addTags ?? []) now = withUserTag(now, tag)
    for (const tag of changes.removeTags ?? []) now = withoutTag(now, tag)
    if (changes.isStarred !== undefined && changes.isStarred !== now.isStarred) now = { ...now, isStarred: changes.isStarred }
    if (changes.isRead === true && now.readAt === null) now = { ...now, readAt: at }
    if (changes.isRead === false && now.readAt !== null) now = { ...now, readAt: null }
    if (now === before) return false
    unit.set(now)
    // Every write has its number, though only tags are in the indexes
    unit.note('document', id)
    return true
  })
}

export async function trashDocuments(unit: UnitOfWork, ids: readonly DocumentId[], at: string): Promise<DocumentId[]> {
  await unit.load(ids)
  return ids.filter((id) => {
    const record = unit.get(id)
    if (record === undefined || record.trashedAt !== null) return false
    unit.set({ ...record, trashedAt: at, isTrashed: true })
    unit.note('removed', id, unit.storedRange(id))
    return true
  })
}

export async function restoreDocuments(unit: UnitOfWork, ids: readonly DocumentId[]): Promise<DocumentId[]> {
  await unit.load(ids)
  return ids.filter((id) => {
    const record = unit.get(id)
    if (record === undefined || record.trashedAt === null) return false
    unit.set({ ...record, trashedAt: null, isTrashed: false })
    noteReturn(unit, id)
    return true
  })
}

export async function putStates(unit: UnitOfWork, states: readonly DocumentState[]): Promise<DocumentId[]> {
  await unit.load(states.map(({ id }) => id))
  return states.flatMap(({ id, tags, isStarred, readAt, trashedAt }) => {
    let record = unit.get(id)
    if (record === undefined) return []
    const now = visibleTags(record.tags)
    for (const tag of now.filter((one) => !tags.includes(one))) record = withoutTag(record, tag)
    for (const tag of tags.filter((one) => !now.includes(one))) record = withUserTag(record, tag)
    unit.set({ ...record, isStarred, readAt, trashedAt, isTrashed: trashedAt !== null })
    if (trashedAt === null) noteReturn(unit, id)
    else unit.note('removed', id, unit.storedRange(id))
    return [id]
  })
}

/** Removes for good what is in the trash. */
export async function purgeDocuments(
  unit: UnitOfWork,
  ids: readonly DocumentId[],
): Promise<{ removed: DocumentId[]; orphanedContent: string[] }> {
  await unit.load(ids)
  await loadKin(unit)
  const hashes = new Set<string>()
  const removed = ids.filter((id) => {
    const record = unit.get(id)
    if (record === undefined || record.trashedAt === null) return false
    if (record.contentHash !== null) hashes.add(record.contentHash)
    removeDocument(unit, id)
    return true
  })
  await unit.loadWhere('contentHash', [...hashes])
  for (const { contentHash } of unit.records()) if (contentHash !== null) hashes.delete(contentHash)
  return { removed, orphanedContent: [...hashes] }
}

/** Removes a document, and itself from those that are hidden as its kin; `loadKin` must have been called. */
export function removeDocument(unit: UnitOfWork, id: DocumentId): void {
  const record = unit.get(id)!
  unit.note('removed', id, unit.storedRange(id))
  for (const other of record.notKin) {
    const kin = unit.get(other)
    if (kin !== undefined) unit.set({ ...kin, notKin: kin.notKin.filter((one) => one !== id) })
  }
  unit.remove(id)
}

/** Reads the documents that are hidden as kin of those in the unit. */
export async function loadKin(unit: UnitOfWork): Promise<void> {
  await unit.load([...unit.records()].flatMap(({ notKin }) => notKin))
}

/** Gives a document what the person made of another: tags, star, read mark and hidden kin. */
export function copyMarks(unit: UnitOfWork, from: DocumentId, to: DocumentId): void {
  const source = unit.get(from)!
  const target = withUserTagsOf(unit.get(to)!, source)
  unit.set({ ...target, isStarred: target.isStarred || source.isStarred, readAt: target.readAt ?? source.readAt })
  for (const other of source.notKin) if (other !== to) hidePair(unit, to, other)
}

/** True when the pair was not hidden before. */
export function hidePair(unit: UnitOfWork, a: DocumentId, b: DocumentId): boolean {
  const [one, other] = [unit.get(a), unit.get(b)]
  if (a === b || one === undefined || other === undefined || one.notKin.includes(b)) return false
  unit.set({ ...one, notKin: [...one.notKin, b].toSorted((x, y) => x - y) })
  unit.set({ ...other, notKin: [...other.notKin, a].toSorted((x, y) => x - y) })
  return true
}

export async function unhidePairs(unit: UnitOfWork, id: DocumentId, otherId?: DocumentId): Promise<number> {
  await unit.load([id])
  const record = unit.get(id)
  if (record === undefined) return 0
  const shown = record.notKin.filter((other) => otherId === undefined || other === otherId)
  if (shown.length === 0) return 0
  await unit.load(shown)
  unit.set({ ...record, notKin: record.notKin.filter((other) => !shown.includes(other)) })
  for (const other of shown) {
    const kin = unit.get(other)
    if (kin !== undefined) unit.set({ ...kin, notKin: kin.notKin.filter((one) => one !== id) })
  }
  return shown.length
}

/** Those of the ids whose stored chunks are named by the document itself. */
export async function documentsOfChunks(unit: UnitOfWork, ids: readonly number[]): Promise<Map<number, DocumentId>> {
  const chunks = await findByIds(unit.connection.chunks, ids, { documentId: 1 })
  await unit.load(chunks.map(({ documentId }) => documentId))
  return new Map(
    chunks.flatMap(({ _id, documentId }): [number, DocumentId][] => {
      const range = unit.storedRange(documentId)
      return range !== null && _id >= range[0] && _id <= range[1] ? [[_id, documentId]] : []
    }),
  )
}

function noteReturn(unit: UnitOfWork, id: DocumentId): void {
  unit.note('document', id)
  const range = unit.storedRange(id)
  if (range !== null) unit.note('vectors', id, range)
}
