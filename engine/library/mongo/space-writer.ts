import { AkinError } from '../../../shared/errors.ts'
import type { EmbeddingSpace } from '../../../shared/model/space.ts'
import { countParts } from './bodies.ts'
import { readHead, spaceOf, toSpace } from './head.ts'
import type { MongoChanges } from './mongo-changes.ts'
import type { MongoConnection } from './mongo-connection.ts'
import { spaceKey, type SpaceRecord } from './records.ts'
import { settle } from './space-state.ts'
import type { UnitOfWork } from './unit-of-work.ts'

export type SpaceDraft = Omit<EmbeddingSpace, 'id' | 'isDefault' | 'recipe'>

/** Opens, removes and changes spaces. All of them stand in one record, so each change is one update. */
export class SpaceWriter {
  readonly #connection: MongoConnection
  readonly #changes: MongoChanges

  constructor(connection: MongoConnection, changes: MongoChanges) {
    this.#connection = connection
    this.#changes = changes
  }

  async open({ name, identity, dimension, metric }: SpaceDraft, recipe: string | undefined): Promise<EmbeddingSpace> {
    return this.#changes.commit((unit) => {
      const known = unit.spaces.find((one) => one.identity === identity)
      if (known !== undefined) {
        if (known.removedAt === null && (recipe === undefined || recipe === known.recipe)) return toSpace(known)
        return toSpace(change(unit, known.id, { recipe: recipe ?? known.recipe, removedAt: null }))
      }
      const isDefault = unit.spaces.length === 0
      const id = ++unit.highestSpace
      const added = { id, name, identity, dimension, metric, isDefault, recipe: recipe ?? '{}', removedAt: null, transform: null }
      unit.spaces = [...unit.spaces, added]
      return toSpace(added)
    })
  }

  async setDefault(spaceId: number): Promise<void> {
    await this.#changes.commit(async (unit) => {
      if (spaceOf(unit, spaceId).isDefault) return
      unit.spaces = unit.spaces.map((space) => ({ ...space, isDefault: space.id === spaceId }))
      await unit.loadQuery({ chunkCount: { $gt: 0 } })
      // A copy, since records are set meanwhile
      for (const record of Array.from(unit.records())) {
        const settled = settle(record, spaceId)
        if (isOtherwise(record, settled)) unit.set(settled)
      }
    })
  }

  async remove(spaceId: number, removedAt: string): Promise<void> {
    await this.#changes.commit((unit) => {
      const { isDefault, name } = spaceOf(unit, spaceId)
      if (isDefault) {
        throw new AkinError('conflict', `${name} is the space that searches use`, {
          advice: 'Use another one first, then remove it',
        })
      }
      change(unit, spaceId, { removedAt })
    })
  }

  async restore(spaceId: number): Promise<void> {
    await this.#changes.commit((unit) => {
      spaceOf(unit, spaceId, { isRemoved: true })
      change(unit, spaceId, { removedAt: null })
    })
  }

  async setTransform(spaceId: number, transform: Uint8Array | null): Promise<void> {
    await this.#changes.commit((unit) => {
      const before = spaceOf(unit, spaceId).transform
      if (before !== null) unit.droppedBodies.push(before)
      const key = `transform/${spaceId}/${unit.head.term}`
      if (transform !== null) unit.newBytes.push({ key, parts: countParts(transform), bytes: transform })
      change(unit, spaceId, { transform: transform === null ? null : { key, parts: countParts(transform) } })
    })
  }

  async purge(removedBefore: string): Promise<number[]> {
    const ids = await this.#changes.commit((unit) => {
      const gone = unit.spaces.filter(({ removedAt }) => removedAt !== null && removedAt < removedBefore)
      if (gone.length === 0) return []
      unit.spaces = unit.spaces.filter((space) => !gone.includes(space))
      for (const { transform } of gone) if (transform !== null) unit.droppedBodies.push(transform)
      return gone.map(({ id }) => id)
    })
    await this.#connection.run(async () => {
      for (const id of ids) await dropSpace(this.#connection, id)
    })
    return ids
  }
}

/** Deletes vectors of spaces that a killed process had purged: ids are never given out again. */
export async function sweepSpaces(connection: MongoConnection): Promise<void> {
  const { spaces, highestSpace } = await readHead(connection)
  for (let id = 1; id <= highestSpace; id++) {
    if (spaces.some((space) => space.id === id)) continue
    if ((await connection.vectors(id).findOne({}, { projection: { _id: 1 } })) !== null) await dropSpace(connection, id)
  }
}

async function dropSpace(connection: MongoConnection, id: number): Promise<void> {
  await connection.documents.updateMany({ [`spaces.${spaceKey(id)}`]: { $exists: true } }, {
    $unset: { [`spaces.${spaceKey(id)}`]: '' },
    $pull: { completeIn: id },
  } as never)
  // Last, since vectors that are left tell that there is something to do
  await connection.vectors(id).deleteMany({})
}

function change(unit: UnitOfWork, id: number, fields: Partial<SpaceRecord>): SpaceRecord {
  unit.spaces = unit.spaces.map((space) => (space.id === id ? { ...space, ...fields } : space))
  return spaceOf(unit, id, { isRemoved: true })
}

function isOtherwise(before: ReturnType<typeof settle>, now: ReturnType<typeof settle>): boolean {
  return (
    before.status !== now.status ||
    before.embeddedCount !== now.embeddedCount ||
    before.failedChunkCount !== now.failedChunkCount ||
    before.reason?.message !== now.reason?.message
  )
}
