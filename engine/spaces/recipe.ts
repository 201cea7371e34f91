import { SpaceRecipe } from '../../shared/model/space.ts'
import { builtInModel } from '../embedding/model-spec.ts'
import type { SpaceDescription } from '../embedding/embedder.ts'

export const builtInRecipe: SpaceRecipe = { type: 'local', modelId: builtInModel.name, postProcessing: { method: 'none' } }

/** The recipe of a stored space; libraries from before there were recipes have the built-in model's vectors. */
export function readRecipe(stored: string): SpaceRecipe {
  try {
    return SpaceRecipe.safeParse(JSON.parse(stored)).data ?? builtInRecipe
  } catch {
    return builtInRecipe
  }
}

/** The space that a recipe makes with a model: what is learnt from the library is part of what it is. */
export function describeSpace(model: SpaceDescription, { postProcessing }: SpaceRecipe): SpaceDescription {
  if (postProcessing.method === 'none') return model
  return {
    ...model,
    name: `${model.name}, ${nameOf(postProcessing)}`,
    identity: `${model.identity}\n${JSON.stringify(postProcessing)}`,
  }
}

/** What of an identity belongs to the model: spaces that have it in common have the same raw vectors. */
export function rawIdentity(identity: string): string {
  return identity.split('\n', 1)[0]!
}

function nameOf(postProcessing: SpaceRecipe['postProcessing']): string {
  switch (postProcessing.method) {
    case 'none':
      return 'as it is'
    case 'centre':
      return 'mean removed'
    case 'all-but-the-top':
      return `mean and ${postProcessing.components} components removed`
    case 'whitening':
      return 'whitened'
  }
}
