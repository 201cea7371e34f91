import { createStore, type StoreApi } from 'zustand/vanilla'

export interface LabState {
  /** The model whose tokens are shown; `null` for the first one there is. */
  readonly modelId: string | null
  readonly text: string
  /** What is compared in the matrix. */
  readonly texts: readonly string[]
  /** One or two spaces; empty for the one that searches use. */
  readonly spaceIds: readonly number[]
}

export interface LabStore {
  readonly store: StoreApi<LabState>
  readonly set: (change: Partial<LabState>) => void
  readonly setText: (index: number, text: string) => void
  readonly addText: () => void
  readonly removeText: (index: number) => void
}

export const exampleTexts = ['Tell me how to bake a cake', 'I love ice cream'] as const

export const fewestTexts = 2
/** As many as the contract takes. */
export const mostTexts = 16

/** What was last tried in the Lab, so that it is still there when one comes back. */
export function createLabStore(): LabStore {
  const store = createStore<LabState>(() => ({
    modelId: null,
    text: exampleTexts[0],
    texts: [...exampleTexts, 'How long does a sponge need in the oven?'],
    spaceIds: [],
  }))
  return {
    store,
    set: (change) => store.setState(change),
    setText: (index, text) => store.setState(({ texts }) => ({ texts: texts.with(index, text) })),
    addText: () => store.setState(({ texts }) => (texts.length < mostTexts ? { texts: [...texts, ''] } : {})),
    removeText: (index) =>
      store.setState(({ texts }) => (texts.length > fewestTexts ? { texts: texts.filter((_, i) => i !== index) } : {})),
  }
}
