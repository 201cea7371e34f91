import type { Job } from '../../../shared/model/job.ts'
import type { PostProcessing, SpaceInfo, SpaceRecipe } from '../../../shared/model/space.ts'
import { countOf, formatNumber, formatRate } from '../../ui/format.ts'
import { poolings } from '../models/model-facts.ts'
import { isActive } from '../activity/job-groups.ts'

export type PostMethod = PostProcessing['method']

/** What is done to every vector: a name, and one plain sentence. */
export const postMethods: Readonly<Record<PostMethod, { readonly name: string; readonly means: string }>> = {
  'none': { name: 'Nothing', means: 'Vectors stay as the model gives them: right for models made for search.' },
  'centre': {
    name: 'Take off the mean',
    means: 'What all texts of your library have in common is taken off, so that differences show.',
  },
  'all-but-the-top': {
    name: 'Take off the mean and what dominates',
    means: 'Also takes off the few directions along which nearly all vectors point: raw GPT-2 needs it.',
  },
  'whitening': {
    name: 'Make all directions equal',
    means: 'No direction outweighs another afterwards; needs a library of some thousand passages.',
  },
}

/** With the numbers that do well where nothing else is known. */
export function postProcessingOf(method: PostMethod): PostProcessing {
  switch (method) {
    case 'all-but-the-top':
      return { method, components: 3 }
    case 'whitening':
      return { method, shrinkage: 0.05 }
    case 'none':
    case 'centre':
      return { method }
  }
}

/** `taken off: the mean and 3 directions`; `null` when nothing is done. */
export function describePost(post: PostProcessing): string | null {
  switch (post.method) {
    case 'none':
      return null
    case 'centre':
      return 'mean taken off'
    case 'all-but-the-top':
      return `mean and ${countOf(post.components, 'direction')} taken off`
    case 'whitening':
      return 'directions made equal'
  }
}

/** `bge-small-en` for `bge-small-en-v1.5`, where there is little room: Settings, Models has the whole name. */
export function shortName(name: string): string {
  return name.replace(/-v\d+(\.\d+)*(?= \(|$)/, '')
}

/** Spaces of one model with their names told apart by what differs: how it is pooled, and what is done afterwards. */
export function withOwnNames(spaces: readonly SpaceInfo[]): readonly SpaceInfo[] {
  const times = new Map<string, number>()
  for (const { name } of spaces) times.set(name, (times.get(name) ?? 0) + 1)
  return spaces.map((space) => {
    if (times.get(space.name) === 1) return space
    const { recipe } = space
    const pooling = recipe.type === 'local' && recipe.pooling !== undefined ? poolings[recipe.pooling].name.toLowerCase() : null
    const length = recipe.type === 'remote' && recipe.dimensions !== null ? formatNumber(recipe.dimensions) : null
    const own = [pooling, length, describePost(recipe.postProcessing)].filter((part) => part !== null).join('; ')
    return own === '' ? space : { ...space, name: `${space.name} (${own})` }
  })
}

/** The host that a space's texts are sent to; `null` for one that is made on this computer. */
export function hostOf(recipe: SpaceRecipe): string | null {
  return recipe.type === 'remote' && URL.canParse(recipe.baseUrl) ? new URL(recipe.baseUrl).host : null
}

const thisComputer = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/

/** True for a server that runs on this computer. */
export function isThisComputer(host: string): boolean {
  return thisComputer.test(host)
}

/** `4,120 of 4,130 passages` */
export function describeHeld({ vectors, pending, failed }: SpaceInfo): string {
  return `${formatNumber(vectors)} of ${countOf(vectors + pending + failed, 'passage')}`
}

export function describeSpeed({ ratePerSecond }: SpaceInfo): string {
  return ratePerSecond === null ? 'Not measured' : formatRate(ratePerSecond).replace(' a second', ' passages a second')
}

/** True when the space lacks passages that the library has: searches in it would miss them. */
export function isIncomplete({ pending, state }: SpaceInfo): boolean {
  return pending > 0 || state === 'filling' || state === 'paused'
}

/** The job that is at a space now. */
export function jobOfSpace({ jobId }: SpaceInfo, jobs: readonly Job[]): Job | null {
  const job = jobId === null ? undefined : jobs.find(({ id }) => id === jobId)
  return job !== undefined && isActive(job) ? job : null
}

export interface StateLine {
  readonly look: 'ok' | 'quiet' | 'filling' | 'failed'
  readonly text: string
  /** Why, and what to do. */
  readonly reason: string | null
}

/** The state of a space in a few words. */
export function describeState({ state, isDefault, reason, pending, failed }: SpaceInfo): StateLine {
  const why = reason === null ? null : [reason.message, reason.advice].filter((part) => part !== null).join('. ')
  switch (state) {
    case 'refused':
      return { look: 'failed', text: 'Cannot be used', reason: why }
    case 'filling':
      return { look: 'filling', text: isDefault ? 'Active, filling' : 'Filling', reason: why }
    case 'paused':
      return { look: 'filling', text: 'Paused', reason: why }
    case 'waiting':
      return { look: 'quiet', text: `${countOf(pending, 'passage')} ${pending === 1 ? 'waits' : 'wait'}`, reason: why }
    case 'ready':
      return {
        look: 'ok',
        text: isDefault ? 'Active: search uses it' : 'Ready',
        reason: failed === 0 ? why : `${countOf(failed, 'passage')} could not be read`,
      }
  }
}
