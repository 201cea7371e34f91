import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AkinError, isCode } from '../../shared/errors.ts'
import type { Reason } from '../../shared/model/document.ts'
import type { Job } from '../../shared/model/job.ts'
import type { SpaceInfo } from '../../shared/model/space.ts'
import { reasonOf } from '../jobs/job-queue.ts'
import type { SpaceCounts } from '../library/library-store.ts'
import type { ManagedSpace } from './managed-space.ts'
import { fewest } from './transforms.ts'

export interface SpaceFacts {
  readonly managed: ManagedSpace
  readonly counts: SpaceCounts
  /** The job that fills it, when there is one. */
  readonly job: Job | null
  /** What was last wrong with its model. */
  readonly reason: AkinError | null
  readonly where: string
  readonly indexBytes: number
  readonly measuredRate: number | null
}

/** A space as people see it. */
export async function describeForPeople(facts: SpaceFacts): Promise<SpaceInfo> {
  const { managed, counts, job, where, measuredRate } = facts
  const { id, name, dimension, isDefault } = managed.space
  const trouble = managed.embedder.state === 'failed' ? facts.reason : null
  const isRefused = trouble !== null && isCode(trouble, ...refusing)
  const lacksTransform = await managed.lacksTransform()
  const isTooSmall = lacksTransform && counts.pending === 0 && counts.vectors < fewest
  return {
    id,
    name,
    dimension,
    recipe: managed.recipe,
    isDefault,
    where,
    state: isRefused ? 'refused' : stateOf(job, counts.pending > 0 || lacksTransform),
    reason: (isRefused ? null : job?.error) ?? reasonOrNull(trouble ?? (isTooSmall ? tooSmall(name) : null)),
    ...counts,
    indexBytes: facts.indexBytes,
    jobId: job?.id ?? null,
    ratePerSecond: job?.ratePerSecond ?? measuredRate,
  }
}

function stateOf(job: Job | null, isWaiting: boolean): SpaceInfo['state'] {
  if (job !== null) return job.state === 'paused' ? 'paused' : 'filling'
  return isWaiting ? 'waiting' : 'ready'
}

/** What keeps a model from being used until a person does something about it; a service's troubles pass. */
const refusing = ['model-missing', 'model-damaged', 'model-failed', 'dimension-mismatch'] as const

function reasonOrNull(error: AkinError | null): Reason | null {
  return error === null ? null : reasonOf(error)
}

function tooSmall(name: string): AkinError {
  return new AkinError('index-not-ready', `${name} learns from the library once it has ${fewest} passages`, {
    advice: 'Bring in more, or use a space that learns nothing',
  })
}

/** Bytes of the index of a space on the disk. */
export function indexBytes(folder: string, spaceId: number): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && isOf(join(entry.parentPath, entry.name).slice(folder.length + 1), spaceId))
      .reduce((sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0), 0)
  } catch {
    // An index that was never written takes no room
    return 0
  }
}

function isOf(path: string, spaceId: number): boolean {
  return path.startsWith(`vectors-${spaceId}.`) || path.startsWith(`vectors-${spaceId}-`)
}
