import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { defaultLibraryFolder } from '../engine/host/locate.ts'
import { builtInModel, type ModelSpec } from '../engine/embedding/model-spec.ts'
import { manifestName, readManifest } from '../engine/models/manifest.ts'
import type { ImportAnswers } from '../shared/model/embedding-model.ts'
import { parsePostProcessing, poolingNames, type PostProcessing } from '../shared/model/space.ts'
import { resourcesFolder, type BenchEngine } from './bench-engine.ts'

/** The space that a collection is measured in. */
export interface SpaceChoice {
  /** As it is printed. */
  readonly name: string
  /** Folder or zip file that the model is taken from; `null` for the built-in one. */
  readonly modelSource: string | null
  readonly answers: ImportAnswers
  readonly pooling: (typeof poolingNames)[number] | null
  readonly postProcessing: PostProcessing
}

export interface SpaceOptions {
  readonly 'space'?: string | undefined
  readonly 'model'?: string | undefined
  readonly 'pooling'?: string | undefined
  readonly 'post-processing'?: string | undefined
  readonly 'library'?: string | undefined
}

/**
 * Reads which space is meant: the built-in model's, that of a model of a library, or of one in a folder.
 * `null` when nothing was said.
 */
export function chooseSpace(options: SpaceOptions): SpaceChoice | null {
  const { space, model } = options
  if ([space, model, options.pooling, options['post-processing']].every((one) => one === undefined)) return null
  const pooling = poolingNames.find((one) => one === options.pooling) ?? null
  if (options.pooling !== undefined && pooling === null) throw new Error(`--pooling is one of ${poolingNames.join(', ')}`)
  const postProcessing = parsePostProcessing(options['post-processing'] ?? 'none')
  if (postProcessing === null) throw new Error('--post-processing is none, centre, all-but-the-top:3 or whitening:0.05')
  const common = { pooling, postProcessing }
  if (model !== undefined) {
    const source = resolve(model)
    return { ...common, name: space ?? basename(source), modelSource: source, answers: pooling === null ? {} : { pooling } }
  }
  if (space === undefined || space === builtInModel.name)
    return { ...common, name: builtInModel.name, modelSource: null, answers: {} }
  return { ...common, name: space, ...installed(space, resolve(options.library ?? defaultLibraryFolder())) }
}

/** A model that a library has, by its id; it is copied, and the library not touched. */
function installed(id: string, library: string): Pick<SpaceChoice, 'modelSource' | 'answers'> {
  const folder = join(library, 'models', id)
  const manifest = existsSync(join(folder, manifestName)) ? readManifest(folder, id) : null
  if (manifest === null) {
    throw new Error(
      `${library} has no model ${id}: download it with akin models add ${id}, name another library with --library, or a folder with --model`,
    )
  }
  const { pooling, queryPrefix, passagePrefix, maxInputTokens } = manifest.spec
  return { modelSource: folder, answers: { name: manifest.name, pooling, queryPrefix, passagePrefix, maxTokens: maxInputTokens } }
}

/** Lets searches use the model's own space, and no other be filled: for a library that is empty. */
export async function useModel(bench: BenchEngine, choice: SpaceChoice): Promise<string> {
  if (choice.modelSource === null && choice.pooling === null) return builtInModel.name
  const modelId = choice.modelSource === null ? builtInModel.name : await importModel(bench, choice.modelSource, choice.answers)
  const { spaces: before } = await bench.ask('spaces.list', {})
  const { id } = await bench.ask('spaces.add', { recipe: rawRecipe(modelId, choice) })
  await bench.ask('spaces.use', { id })
  for (const space of before) if (space.id !== id) await bench.ask('spaces.remove', { id: space.id })
  return modelId
}

/** What is learnt from the collection is learnt when it is there: gives the space to search in, `undefined` for the default. */
export async function learnt(bench: BenchEngine, modelId: string, choice: SpaceChoice): Promise<number | undefined> {
  if (choice.postProcessing.method === 'none') return undefined
  const recipe = { ...rawRecipe(modelId, choice), postProcessing: choice.postProcessing }
  const { id } = await bench.ask('spaces.add', { recipe })
  for (;;) {
    const { spaces } = await bench.ask('spaces.list', {})
    const { state, reason, jobId } = spaces.find((space) => space.id === id)!
    if (state === 'ready') return id
    if (state === 'refused' || (state === 'waiting' && reason !== null)) throw new Error(reason?.message ?? state)
    if (jobId !== null) await bench.finish(jobId)
    await new Promise((done) => setTimeout(done, 50))
  }
}

function rawRecipe(modelId: string, { pooling }: SpaceChoice) {
  return { type: 'local' as const, modelId, ...(pooling === null ? {} : { pooling }) }
}

async function importModel(bench: BenchEngine, path: string, given: ImportAnswers): Promise<string> {
  const source = { type: 'path' as const, path }
  const { questions } = await bench.ask('models.inspect', { source, answers: given })
  const answers: ImportAnswers = { ...given }
  for (const { about, question, suggestion } of questions) {
    if (about === 'query-prefix') answers.queryPrefix = suggestion ?? ''
    else if (about === 'passage-prefix') answers.passagePrefix = suggestion ?? ''
    else throw new Error(`${question}: answer with --${about}`)
  }
  const before = new Set((await bench.ask('models.list', {})).models.map(({ id }) => id))
  await bench.finish((await bench.ask('models.import', { source, answers })).jobId)
  const { models } = await bench.ask('models.list', {})
  return models.find(({ id, state }) => state === 'installed' && !before.has(id))!.id
}

/** The model of a choice as the inference process loads it, with the folder that holds it. */
export async function modelOf(bench: BenchEngine, choice: SpaceChoice): Promise<{ model: ModelSpec; modelsFolder: string }> {
  const { modelSource } = choice
  const isOwn = modelSource === null
  const id = isOwn ? builtInModel.name : await importModel(bench, modelSource, choice.answers)
  const modelsFolder = isOwn ? join(resourcesFolder, 'models') : join(bench.folder, 'models')
  const spec = isOwn ? builtInModel : readManifest(join(modelsFolder, id), id)!.spec
  // As a space has it: the vectors of language models stay raw until something was learnt
  const normalised = spec.normalised && spec.isCausal !== true
  return { model: { ...spec, normalised, ...(choice.pooling === null ? {} : { pooling: choice.pooling }) }, modelsFolder }
}
