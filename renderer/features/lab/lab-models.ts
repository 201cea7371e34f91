import type { EmbeddingModel } from '../../../shared/model/embedding-model.ts'
import { usableModels } from '../models/model-facts.ts'

/** GPT-2's vocabulary comes with Akin: its tokens can be looked at without the model. */
export const gpt2Id = 'gpt2'

export interface LabModel {
  readonly id: string
  readonly name: string
  /** False where only the vocabulary is here. */
  readonly hasStates: boolean
}

/** The models whose tokens can be shown: GPT-2's always, and those that are installed. */
export function labModels(models: readonly EmbeddingModel[]): readonly LabModel[] {
  const installed = usableModels(models).map(({ id, name }) => ({ id, name, hasStates: true }))
  return installed.some(({ id }) => id === gpt2Id) ? installed : [{ id: gpt2Id, name: 'gpt2', hasStates: false }, ...installed]
}

/** The model that is looked at: the chosen one while it is there, else the first one that shows everything. */
export function chooseLabModel(all: readonly LabModel[], chosen: string | null): LabModel | undefined {
  return all.find(({ id }) => id === chosen) ?? all.find(({ hasStates }) => hasStates) ?? all[0]
}
