/** A service that gives vectors, as the form begins with it. */
export interface ServicePreset {
  readonly id: string
  readonly name: string
  readonly baseUrl: string
  /** Models that are known there; the first is offered. */
  readonly models: readonly string[]
  /** False where a server takes everyone. */
  readonly needsKey: boolean
  /** What to do there first. */
  readonly note: string
}

/** Services with OpenAI's interface: https://platform.openai.com/docs/api-reference/embeddings */
export const servicePresets: readonly ServicePreset[] = [
  {
    id: 'openai',
    name: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    models: ['text-embedding-3-small', 'text-embedding-3-large', 'text-embedding-ada-002'],
    needsKey: true,
    note: 'Takes a key of your account there, which pays for every token.',
  },
  {
    id: 'ollama',
    name: 'Ollama',
    baseUrl: 'http://localhost:11434/v1',
    models: ['nomic-embed-text', 'mxbai-embed-large', 'all-minilm'],
    needsKey: false,
    note: 'Load the model there first: “ollama pull nomic-embed-text”.',
  },
  {
    id: 'lm-studio',
    name: 'LM Studio',
    baseUrl: 'http://localhost:1234/v1',
    models: [],
    needsKey: false,
    note: 'Start the server there and load an embedding model; its name stands beside it.',
  },
  {
    id: 'vllm',
    name: 'vLLM',
    baseUrl: 'http://localhost:8000/v1',
    models: [],
    needsKey: false,
    note: 'The name is the one the server was started with.',
  },
  {
    id: 'own',
    name: 'Another server',
    baseUrl: '',
    models: [],
    needsKey: false,
    note: 'Any server with OpenAI’s interface for embeddings; the address usually ends in /v1.',
  },
]

export function presetOf(id: string): ServicePreset {
  return servicePresets.find((preset) => preset.id === id) ?? servicePresets[0]!
}

/** Models whose vectors can be asked for shorter. */
export function takesDimensions(model: string): boolean {
  return !model.startsWith('text-embedding-ada')
}
