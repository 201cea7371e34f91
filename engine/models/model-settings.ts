import { AkinError } from '../../shared/errors.ts'
import type { Pooling } from '../embedding/model-spec.ts'
import { sourceLimits, type ModelSource } from './model-source.ts'

/** What a model's own files say of how it is used; `null` is not said. */
export interface ModelSettings {
  readonly name: string | null
  readonly modelType: string | null
  readonly dimension: number | null
  readonly maxTokens: number | null
  readonly pooling: Pooling | null
  /** Whether vectors are to have the length 1. */
  readonly isNormalised: boolean | null
  readonly queryPrefix: string | null
  readonly passagePrefix: string | null
  /** Parts of a sentence-transformers model that come after the pooling and that only the graph can hold. */
  readonly furtherModules: readonly string[]
  readonly notes: readonly string[]
}

type Json = Readonly<Record<string, unknown>>

/**
 * Reads `config.json`, `tokenizer_config.json` and the files of sentence-transformers.
 *
 * @throws AkinError `damaged-file` when one of them cannot be read, `unsupported-format` when it asks for what Akin does not do
 */
export async function readSettings(source: ModelSource): Promise<ModelSettings> {
  const read = (path: string): Promise<Json | null> => readJson(source, path)
  const config = (await read('config.json')) ?? {}
  const notes: string[] = []
  const modules = await readModules(source)
  const poolingFile = `${modules.folders['Pooling'] ?? '1_Pooling'}/config.json`
  const poolingConfig = await read(poolingFile)
  const prompts = readPrompts(await read('config_sentence_transformers.json'), config)
  if (poolingConfig?.['include_prompt'] === false)
    notes.push('The model leaves the prefix out of its mean; Akin takes all of the text')
  return {
    name: shortName(config['model']) ?? shortName(config['_name_or_path']),
    modelType: text(config['model_type']),
    dimension: firstNumber(config, 'hidden_size', 'n_embd', 'd_model', 'dim', 'dimension'),
    maxTokens: await readMaxTokens(read, config),
    pooling: poolingConfig === null ? ownPooling(config['pooling']) : poolingOf(poolingConfig),
    isNormalised: modules.isKnown ? 'Normalize' in modules.folders : flag(config['normalize']),
    ...prompts,
    furtherModules: modules.further,
    notes,
  }
}

/** A JSON file; `null` when there is none. */
export async function readJson(source: ModelSource, path: string): Promise<Json | null> {
  const file = source.files.find((one) => one.path === path)
  if (file === undefined) return null
  if (file.bytes > sourceLimits.settingsBytes) throw unreadable(path, 'it is far too large')
  const bytes = await source.read(path)
  refusePointer(path, bytes)
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))
    if (typeof value === 'object' && value !== null) return value as Json
  } catch (cause) {
    throw unreadable(path, cause instanceof Error ? cause.message : String(cause))
  }
  throw unreadable(path, 'it holds no object')
}

/** @throws AkinError `damaged-file` when a file is what Git leaves in the place of a large one */
export function refusePointer(path: string, beginning: Uint8Array): void {
  if (!Buffer.from(beginning.subarray(0, 60)).toString('latin1').startsWith('version https://git-lfs.github.com/spec/')) return
  throw new AkinError('damaged-file', `${path} is only a note of Git that says where the file would be (Git LFS)`, {
    advice: 'Run "git lfs pull" in that folder, or download the file itself from the model’s page',
    details: { path },
  })
}

async function readModules(
  source: ModelSource,
): Promise<{ isKnown: boolean; folders: Readonly<Record<string, string>>; further: string[] }> {
  const modules = (await readJson(source, 'modules.json')) as unknown as readonly Json[] | null
  if (!Array.isArray(modules)) return { isKnown: false, folders: {}, further: [] }
  const folders: Record<string, string> = {}
  const further: string[] = []
  for (const module of modules as readonly Json[]) {
    const kind = (text(module['type']) ?? '').split('.').at(-1)!
    folders[kind] = text(module['path']) ?? ''
    if (!['Transformer', 'Pooling', 'Normalize', 'Dropout'].includes(kind)) further.push(kind)
  }
  return { isKnown: true, folders, further }
}

/** The switches of `1_Pooling/config.json`, and the name that newer versions write. */
const switches: Readonly<Record<string, Pooling | 'max'>> = {
  pooling_mode_cls_token: 'cls',
  pooling_mode_mean_tokens: 'mean',
  // The sum over the square root of the length points the same way as the mean
  pooling_mode_mean_sqrt_len_tokens: 'mean',
  pooling_mode_max_tokens: 'max',
  pooling_mode_weightedmean_tokens: 'weighted-mean',
  pooling_mode_lasttoken: 'last-token',
}
const poolingNames: Readonly<Record<string, Pooling | 'max'>> = {
  cls: 'cls',
  first_token: 'cls',
  mean: 'mean',
  mean_sqrt_len_tokens: 'mean',
  max: 'max',
  weightedmean: 'weighted-mean',
  lasttoken: 'last-token',
  last_token: 'last-token',
  eos: 'last-token',
}

/** @throws AkinError `unsupported-format` for the greatest value, and for several poolings side by side */
export function poolingOf(config: Json): Pooling | null {
  const named = text(config['pooling_mode'])
  const modes =
    named === null
      ? Object.keys(switches)
          .filter((key) => config[key] === true)
          .map((key) => switches[key]!)
      : [poolingNames[named]]
  if (modes.length > 1) {
    throw new AkinError(
      'unsupported-format',
      `This model sets several poolings side by side (${modes.join(', ')}), which Akin does not do`,
    )
  }
  const [mode] = modes
  if (mode === 'max') {
    throw new AkinError(
      'unsupported-format',
      'This model takes the greatest value over all tokens (max pooling), which Akin does not do',
      {
        advice: 'Choose a model with mean, first-token or last-token pooling',
      },
    )
  }
  return mode ?? null
}

function ownPooling(value: unknown): Pooling | null {
  const mode = poolingNames[text(value) ?? '']
  return mode === undefined || mode === 'max' ? null : mode
}

function readPrompts(settings: Json | null, config: Json): { queryPrefix: string | null; passagePrefix: string | null } {
  const prompts = settings?.['prompts']
  if (typeof prompts === 'object' && prompts !== null && Object.keys(prompts).length > 0) {
    const of = (...names: string[]): string | null => {
      for (const name of names) if (typeof (prompts as Json)[name] === 'string') return (prompts as Json)[name] as string
      return null
    }
    const standard = of(text(settings?.['default_prompt_name']) ?? '')
    const query = of('query', 's2p_query', 'retrieval.query', 'search_query')
    const passage = of('document', 'passage', 'retrieval.passage', 'search_document')
    if (query !== null || passage !== null || standard !== null) {
      return { queryPrefix: query ?? standard ?? '', passagePrefix: passage ?? (query === null ? standard : null) ?? '' }
    }
  }
  return {
    queryPrefix: text(config['query_prefix']),
    passagePrefix: text(config['document_prefix']) ?? text(config['passage_prefix']),
  }
}

/** `max_seq_length` is what the model was trained for; the positions of the network are what it can take at most. */
async function readMaxTokens(read: (path: string) => Promise<Json | null>, config: Json): Promise<number | null> {
  const sentence = (await read('sentence_bert_config.json')) ?? {}
  const tokenizer = (await read('tokenizer_config.json')) ?? {}
  const trained = firstNumber(sentence, 'max_seq_length') ?? firstNumber(config, 'max_tokens')
  let positions = firstNumber(config, 'max_position_embeddings', 'n_positions', 'n_ctx', 'max_trained_positions')
  // The first two of RoBERTa's positions stand for padding
  if (positions !== null && /roberta|camembert|xlm-r/.test(text(config['model_type']) ?? '')) positions -= 2
  const limit = firstNumber(tokenizer, 'model_max_length')
  const known = [trained, positions, limit].filter((value) => value !== null && value <= mostTokens) as number[]
  return known.length === 0 ? null : Math.min(...known)
}

/** Tokenizers without a limit write a number beyond all texts. */
const mostTokens = 1_000_000

function shortName(value: unknown): string | null {
  const name = text(value)?.split(/[/\\]/).at(-1) ?? ''
  return /^[\w.-]{3,80}$/.test(name) && !/^(model|main|output|tmp.*|[0-9a-f]{32,})$/i.test(name) ? name : null
}

function firstNumber(json: Json, ...names: string[]): number | null {
  for (const name of names) {
    const value = json[name]
    if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value
  }
  return null
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function flag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null
}

function unreadable(path: string, why: string): AkinError {
  return new AkinError('damaged-file', `${path} of the model cannot be read`, {
    advice: 'Get the file again: it may have been cut off on its way',
    details: { path, why },
  })
}
