import { randomUUID } from 'node:crypto'
import { join, posix } from 'node:path'
import { AkinError } from '../../shared/errors.ts'
import { ImportAnswers, type ModelInspection } from '../../shared/model/embedding-model.ts'
import { inspectSource, type FoundModel } from './inspect-model.ts'
import type { ManifestFile, ModelFacts, ModelManifest } from './manifest.ts'
import { requireRoom, writeHashed } from './model-files.ts'
import { specOf } from './model-spec-of.ts'
import { openSource, type ModelSource, type SourceFile } from './model-source.ts'
import type { ModelStore, PrepareModel } from './model-store.ts'

export interface ImportModelOptions {
  readonly store: ModelStore
  readonly answers?: ImportAnswers
  /** What is done with the files before the model counts as installed. */
  readonly prepare?: PrepareModel
  readonly signal?: AbortSignal
  /** Told how much was copied, of how much. */
  readonly onProgress?: (bytes: number, total: number) => void
}

/** Copied beside the weights and the tokenizer, where they are there: what others need to use the model as well. */
const smallFiles =
  /^(config\.json|tokenizer_config\.json|special_tokens_map\.json|modules\.json|sentence_bert_config\.json|config_sentence_transformers\.json|[0-9]_(Pooling|Normalize|Dense)\/config\.json|LICEN[CS]E(\.(txt|md))?|NOTICE(\.txt)?)$/
const mostSmallBytes = 1024 * 1024

/**
 * Looks at a model in a folder or zip file and tells what it is and what must be asked. Copies nothing that stays.
 *
 * @throws AkinError `file-not-found`, `unsupported-format`, `damaged-file`, `bad-request`, `encrypted`, `too-large`, `disk-full`
 */
export async function inspectModel(path: string, { store, answers = {}, signal }: ImportModelOptions): Promise<ModelInspection> {
  return withSource(path, store, async (source) => {
    const found = await inspectSource(source, ImportAnswers.parse(answers), store.catalogue, signal)
    return {
      name: found.name,
      modelId: idOf(found),
      variants: found.choices.map(({ id, label, file, bytes }) => ({ id, label, file, bytes })),
      chosenVariant: found.chosen.id,
      dimension: found.dimension,
      maxTokens: found.maxTokens,
      pooling: found.pooling,
      isNormalised: found.isNormalised,
      queryPrefix: found.queryPrefix,
      passagePrefix: found.passagePrefix,
      givesLogits: found.givesLogits,
      sizeBytes: filesToCopy(source, found).reduce((sum, { bytes }) => sum + bytes, 0),
      questions: [...found.questions],
      notes: [...found.notes],
    }
  })
}

/**
 * Copies a model from a folder or zip file into the library and installs it.
 *
 * @throws AkinError as `inspectModel`; `bad-request` with the questions in its details while some are without an answer;
 *   `conflict` when the very model is here already
 */
export async function importModel(path: string, options: ImportModelOptions): Promise<ModelManifest> {
  const { store, answers = {}, signal } = options
  return withSource(path, store, async (source) => {
    const found = await inspectSource(source, ImportAnswers.parse(answers), store.catalogue, signal)
    if (found.questions.length > 0) throw unanswered(found)
    const id = freeId(store, idOf(found))
    try {
      const files = await copyAll(source, found, store.stagingFolder(id), options)
      refuseTwice(store, files, found)
      return await install(id, files, found, source.name, options)
    } catch (error) {
      // An import starts over: its files are still where they came from
      store.discardIncoming(id)
      throw error
    }
  })
}

async function withSource<T>(path: string, store: ModelStore, work: (source: ModelSource) => Promise<T>): Promise<T> {
  const workId = `unpacking-${randomUUID()}`
  const source = await openSource(path, () => store.stagingFolder(workId))
  try {
    return await work(source)
  } finally {
    await source.close()
    store.discardIncoming(workId)
  }
}

async function copyAll(
  source: ModelSource,
  found: FoundModel,
  folder: string,
  options: ImportModelOptions,
): Promise<ManifestFile[]> {
  const wanted = filesToCopy(source, found)
  const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0)
  requireRoom(folder, total, found.name)
  let copied = 0
  const files: ManifestFile[] = []
  for (const { path, bytes } of wanted) {
    const onBytes = (count: number): void => options.onProgress?.((copied += count), total)
    const written = await writeHashed(await source.stream(path), join(folder, path), { signal: options.signal, onBytes })
    if (written.bytes !== bytes) {
      throw new AkinError('damaged-file', `${path} changed while it was copied`, {
        advice: 'Import the model again',
        retryable: true,
      })
    }
    files.push({ path, ...written })
  }
  return files
}

function filesToCopy(source: ModelSource, { chosen, externalFiles }: FoundModel): SourceFile[] {
  const wanted = new Set(['tokenizer.json', chosen.file])
  for (const name of externalFiles) wanted.add(posix.join(posix.dirname(chosen.file), name))
  return source.files.filter(({ path, bytes }) => wanted.has(path) || (smallFiles.test(path) && bytes <= mostSmallBytes))
}

async function install(
  id: string,
  files: readonly ManifestFile[],
  found: FoundModel,
  from: string,
  { store, prepare, signal }: ImportModelOptions,
): Promise<ModelManifest> {
  const facts: ModelFacts = {
    id,
    name: found.name,
    origin: { kind: 'imported', from },
    languages: [],
    licence: null,
    quality: null,
    isNormalised: found.isNormalised,
    isVerified: true,
  }
  const spec = specOf(
    {
      ...found,
      id,
      weightsFile: found.chosen.file,
      dtype: found.chosen.dtype,
      maxInputTokens: found.maxTokens!,
      pooling: found.pooling!,
      queryPrefix: found.queryPrefix!,
      passagePrefix: found.passagePrefix!,
    },
    files,
  )
  return store.install({ facts, files, spec, prepare, signal })
}

/** The name in letters that every file system takes, with the variant where the name does not say it. */
function idOf({ name, chosen }: Pick<FoundModel, 'name' | 'chosen'>): string {
  const slug = (text: string): string =>
    text
      .toLowerCase()
      .normalize('NFKD')
      .replace(/[^a-z0-9.]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '')
  const base =
    slug(name)
      .slice(0, 60)
      .replace(/[-.]+$/, '') || 'model'
  // Windows keeps these names for itself
  const safe = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/.test(base) ? `model-${base}` : base
  const isSaid = chosen.dtype === 'q8' ? /q8|int8|quanti[sz]ed/.test(safe) : safe.includes(slug(chosen.id))
  return chosen.id === 'fp32' || isSaid ? safe : `${safe}-${slug(chosen.id)}`
}

function freeId(store: ModelStore, id: string): string {
  const taken = new Set(store.ids())
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? id : `${id}-${number}`
    if (!taken.has(candidate)) return candidate
  }
}

/** @throws AkinError `conflict` when a model with the same weights, used in the same way, is installed */
function refuseTwice(store: ModelStore, files: readonly ManifestFile[], found: FoundModel): void {
  const hash = files.find(({ path }) => path === found.chosen.file)!.sha256
  for (const { name, origin, files: installed, spec } of store.manifests()) {
    const isSame =
      (spec.sourceSha256 === hash || installed.some(({ sha256 }) => sha256 === hash)) &&
      spec.pooling === found.pooling &&
      spec.queryPrefix === found.queryPrefix &&
      spec.passagePrefix === found.passagePrefix &&
      spec.maxInputTokens === found.maxTokens
    if (!isSame) continue
    throw new AkinError('conflict', `This model is here already, as ${name}`, {
      advice: origin.kind === 'catalogue' ? 'It was downloaded' : `It was imported from ${origin.from}`,
    })
  }
}

function unanswered({ questions }: FoundModel): AkinError {
  return new AkinError(
    'bad-request',
    `The model’s files do not say everything: ${questions.map(({ question }) => question).join('. ')}`,
    {
      advice: 'Answer these and import it again',
      details: { questions },
    },
  )
}
