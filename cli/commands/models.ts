import { resolve } from 'node:path'
import { AkinError } from '../../shared/errors.ts'
import type { EmbeddingModel, ImportAnswers, ImportQuestion, ModelVariant } from '../../shared/model/embedding-model.ts'
import type { Connection } from '../connection.ts'
import { shown } from '../escape.ts'
import { bytes, exitCodes, number, sentence, table, type Output } from '../output.ts'
import { ask, canAsk } from '../prompt.ts'
import { finished, stopped } from './import.ts'
import { showProgress } from './jobs.ts'
import { addSpace, fill, installedModelId, type RecipeOptions } from './spaces.ts'

interface Context {
  readonly connection: Connection
  readonly output: Output
}

export async function runModels({ connection, output }: Context): Promise<number> {
  const reply = await connection.ask('models.list', {})
  output.result(reply, () => {
    const rows = (cells: string[][]): string => table(cells).replaceAll(/ +$/gm, '')
    const here = reply.models.filter(({ state }) => state === 'installed' || state === 'damaged')
    const offered = reply.models.filter((model) => !here.includes(model))
    return [
      rows(here.map(installedRow)),
      '',
      `To be had from ${shown(reply.hub)} with akin models add:`,
      rows(offered.flatMap(offeredRows)),
    ].join('\n')
  })
  return exitCodes.done
}

function installedRow(model: EmbeddingModel): string[] {
  const { id, state, sizeBytes, reason } = model
  return [
    id,
    reason === null ? state : `${state}: ${sentence(reason)}`,
    sizeBytes === null ? '' : bytes(sizeBytes),
    ...factsOf(model),
  ]
}

function offeredRows(model: EmbeddingModel): string[][] {
  return model.variants
    .filter(({ isInstalled }) => !isInstalled)
    .map(({ modelId, label, sizeBytes, isSizeExact }) => [
      modelId,
      label,
      sizeBytes === null ? '' : `${isSizeExact ? '' : 'about '}${bytes(sizeBytes)}`,
      ...factsOf(model),
    ])
}

function factsOf({ dimension, maxTokens, languages, licence }: EmbeddingModel): string[] {
  return [
    dimension === null ? '' : `${number(dimension)} numbers`,
    maxTokens === null ? '' : `${number(maxTokens)} tokens`,
    languages.length > 6 ? `${languages.length} languages` : languages.includes('mul') ? 'many languages' : languages.join(' '),
    licence === null ? '' : shown(licence.name),
  ]
}

interface Offered {
  readonly model: EmbeddingModel
  readonly variant: ModelVariant
}

/** @throws AkinError `not-found`, `bad-request` */
function findOffered(models: readonly EmbeddingModel[], named: string, variantId: string | undefined): Offered {
  const wanted = named.toLowerCase()
  for (const model of models) {
    const exact = model.variants.find(({ modelId }) => modelId === wanted)
    if (exact !== undefined && (variantId === undefined || variantId === exact.id)) return { model, variant: exact }
    if (model.variants.length === 0 || ![model.id, model.catalogueId, model.name.toLowerCase()].includes(wanted)) continue
    const variant = model.variants.find(({ id, isDefault }) => (variantId === undefined ? isDefault : id === variantId))
    if (variant !== undefined) return { model, variant }
    const known = model.variants.map(({ id }) => id).join(', ')
    throw new AkinError('bad-request', `${model.name} has no variant “${variantId}”`, { advice: `It has ${known}` })
  }
  throw new AkinError('not-found', `The catalogue has no model “${named}”`, {
    advice: 'akin models list shows what it has; any other is taken from a folder with akin models import',
  })
}

export async function runAddModel(
  named: string,
  { variant: variantId }: { variant?: string },
  { connection, output }: Context,
): Promise<number> {
  const { models, hub } = await connection.ask('models.list', {})
  const here = models.find(({ id, state }) => id === named.toLowerCase() && state === 'installed')
  if (here !== undefined) return told(here, output)
  const { model, variant } = findOffered(models, named, variantId)
  if (variant.isInstalled) return told(models.find(({ id }) => id === variant.modelId) ?? model, output)
  const size = variant.sizeBytes === null ? '' : `, ${variant.isSizeExact ? '' : 'about '}${bytes(variant.sizeBytes)}`
  output.note(`${new URL(hub).host} is asked for ${variant.modelId}${size}`)
  if (model.licence !== null && model.licence.note !== null) output.note(`${model.licence.name}: ${model.licence.note}`)
  const request = { catalogueId: model.catalogueId ?? model.id, variant: variant.id }
  await follow((await connection.ask('models.download', request)).jobId, 'The download', { connection, output })
  return told(await installed(variant.modelId, connection), output)
}

async function follow(jobId: number, what: string, { connection, output }: Context): Promise<void> {
  const stop = showProgress(connection, output)
  try {
    const job = await finished(connection, jobId)
    if (job.state !== 'done') throw stopped(job, what)
  } finally {
    stop()
  }
}

async function installed(id: string, connection: Connection): Promise<EmbeddingModel> {
  const model = (await connection.ask('models.list', {})).models.find((one) => one.id === id)
  if (model === undefined) throw new AkinError('model-missing', `${id} is not there`)
  return model
}

function told(model: EmbeddingModel, output: Output): number {
  output.result(model, () => `${table([installedRow(model)]).trimEnd()}\nakin models use ${model.id} lets searches use it`)
  return exitCodes.done
}

export async function runImportModel(path: string, answers: ImportAnswers, { connection, output }: Context): Promise<number> {
  const source = { type: 'path' as const, path: resolve(path) }
  const given: Record<string, unknown> = Object.fromEntries(Object.entries(answers).filter(([, value]) => value !== undefined))
  const { questions, notes } = await connection.ask('models.inspect', { source, answers: given })
  for (const note of notes) output.note(note)
  for (const question of questions) given[answerNames[question.about]] = await answerTo(question)
  const before = new Set((await connection.ask('models.list', {})).models.map(({ id }) => id))
  await follow((await connection.ask('models.import', { source, answers: given })).jobId, 'The import', { connection, output })
  const { models } = await connection.ask('models.list', {})
  const model = models.find(({ id, state }) => state === 'installed' && !before.has(id))
  if (model === undefined) throw new AkinError('model-missing', 'The model was removed meanwhile')
  return told(model, output)
}

const answerNames = {
  'pooling': 'pooling',
  'query-prefix': 'queryPrefix',
  'passage-prefix': 'passagePrefix',
  'max-tokens': 'maxTokens',
} as const

/** What the model's files leave open is asked, and never guessed. @throws AkinError `bad-request` where nobody can answer */
async function answerTo({ about, question, suggestion }: ImportQuestion): Promise<string | number> {
  if (!canAsk()) {
    const value = suggestion === null || suggestion === '' ? '…' : suggestion
    throw new AkinError('bad-request', question, { advice: `Answer with --${about} ${value === '…' ? '"…"' : `"${value}"`}` })
  }
  const typed = await ask(`${question}${suggestion === null ? '' : ` [${suggestion}]`} `)
  const answer = typed === '' ? (suggestion ?? '') : typed
  return about === 'max-tokens' ? Number(answer) : answer
}

export async function runRemoveModel(named: string, { connection, output }: Context): Promise<number> {
  const id = await installedModelId(connection, named)
  await connection.ask('models.remove', { id })
  output.result({ removed: id }, () => `${id} is removed`)
  return exitCodes.done
}

/** Makes the space of a model, fills it, and lets searches use it. */
export async function runUseModel(id: string, options: RecipeOptions, context: Context): Promise<number> {
  const { connection, output } = context
  const space = await addSpace(id, { ...options, fill: true }, context)
  await fill(connection, output, space.id)
  await connection.ask('spaces.use', { id: space.id })
  const { spaces } = await connection.ask('spaces.list', {})
  output.result({ spaces }, () => `Searches use ${space.name}`)
  return exitCodes.done
}
