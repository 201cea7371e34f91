import { posix } from 'node:path'
import { AkinError } from '../../shared/errors.ts'
import type { ImportAnswers, ImportQuestion } from '../../shared/model/embedding-model.ts'
import type { Pooling } from '../embedding/model-spec.ts'
import type { CatalogueEntry } from './catalogue-entry.ts'
import { InnerPath } from './manifest.ts'
import { readSettings, refusePointer, type ModelSettings } from './model-settings.ts'
import type { ModelSource } from './model-source.ts'
import { chooseOnnx, type OnnxChoice } from './onnx-choice.ts'
import { readOnnxHeader, type OnnxHeader } from './onnx-header.ts'

/** All that is known of a model in a folder or zip file. */
export interface FoundModel {
  readonly name: string
  readonly choices: readonly OnnxChoice[]
  readonly chosen: OnnxChoice
  /** Named from the folder of the ONNX file. */
  readonly externalFiles: readonly string[]
  readonly dimension: number
  readonly maxTokens: number | null
  readonly pooling: Pooling | null
  readonly isNormalised: boolean
  readonly isCausal: boolean
  readonly queryPrefix: string | null
  readonly passagePrefix: string | null
  readonly givesLogits: boolean
  readonly questions: readonly ImportQuestion[]
  readonly notes: readonly string[]
}

/** Families whose graphs Akin knows how to open for their hidden states. */
const causalTypes = new Set(['gpt2'])

/** What a graph gives. */
type Output = 'vector' | 'states' | 'logits' | 'unknown'

/**
 * Looks at a model's files; copies nothing. What they do not say comes out as questions, which answers take away.
 *
 * @throws AkinError `unsupported-format`, `damaged-file`, `bad-request` for an answer that does not fit
 */
export async function inspectSource(
  source: ModelSource,
  answers: ImportAnswers,
  catalogue: readonly CatalogueEntry[],
  signal?: AbortSignal,
): Promise<FoundModel> {
  const named = chooseOnnx(source.files)
  await requireTokenizer(source)
  const settings = await readSettings(source)
  const picked = pick(named, answers)
  const header = await readHeader(source, picked, signal)
  const chosen = asItIs(picked, header)
  const choices = named.map((choice) => (choice === picked ? chosen : choice))
  checkExternal(source, chosen, header)
  const output = outputOf(header)
  refuseOthers(settings, header, output)
  const isCausal = causalTypes.has(settings.modelType ?? '')
  const facts = {
    name: answers.name ?? nameOf(source, settings),
    dimension: dimensionOf(header, settings, output),
    maxTokens: answers.maxTokens ?? settings.maxTokens,
    pooling: choosePooling(answers, settings, output),
    queryPrefix: answers.queryPrefix ?? settings.queryPrefix,
    passagePrefix: answers.passagePrefix ?? settings.passagePrefix ?? (answers.queryPrefix === undefined ? null : ''),
  }
  return {
    ...facts,
    choices,
    chosen,
    externalFiles: header.externalFiles,
    isNormalised: settings.isNormalised ?? true,
    isCausal,
    givesLogits: output === 'logits',
    questions: questionsFor(facts, suggestionsFor(facts.name, isCausal, catalogue)),
    notes: notesOf(settings, choices, chosen),
  }
}

function pick(choices: readonly [OnnxChoice, ...OnnxChoice[]], { variant }: ImportAnswers): OnnxChoice {
  if (variant === undefined) return choices[0]
  const found = choices.find(({ id }) => id === variant)
  if (found !== undefined) return found
  // A single file under the plain name may have turned out to be one of 8 bits
  if (choices.length === 1 && variant === eightBit.id) return choices[0]
  throw new AkinError('bad-request', `There is no variant ${variant} here`, {
    advice: `Choose one of ${choices.map(({ id }) => id).join(', ')}`,
  })
}

const eightBit = { id: 'q8', label: '8 bit', dtype: 'q8' } as const

/** A file's name may say nothing of its weights; its graph does. */
function asItIs(choice: OnnxChoice, { isEightBit }: OnnxHeader): OnnxChoice {
  return isEightBit && choice.dtype === 'fp32' ? { ...choice, ...eightBit } : choice
}

async function requireTokenizer(source: ModelSource): Promise<void> {
  const tokenizer = source.files.find(({ path }) => path === 'tokenizer.json')
  if (tokenizer !== undefined) {
    for await (const part of await source.stream('tokenizer.json')) {
      refusePointer('tokenizer.json', part)
      return
    }
    throw new AkinError('damaged-file', 'tokenizer.json of the model is empty', { advice: 'Get the file again' })
  }
  const hasOld = source.files.some(({ path }) =>
    /(^|\/)(vocab\.(txt|json)|spiece\.model|sentencepiece.*\.model|tokenizer\.model)$/.test(path),
  )
  throw new AkinError(
    'unsupported-format',
    'There is no tokenizer.json here, which tells how the model cuts a text into tokens',
    {
      advice: hasOld
        ? 'It has the older files instead. With Python: AutoTokenizer.from_pretrained("<this folder>").save_pretrained("<this folder>") writes it'
        : 'Get tokenizer.json from the model’s page and put it beside config.json',
    },
  )
}

async function readHeader(source: ModelSource, { file }: OnnxChoice, signal: AbortSignal | undefined): Promise<OnnxHeader> {
  for await (const part of await source.stream(file)) {
    refusePointer(file, part)
    break
  }
  try {
    return await readOnnxHeader(await source.onDisk(file, signal))
  } catch (error) {
    if (!(error instanceof AkinError) || error.code !== 'damaged-file' || error.details?.['why'] === undefined) throw error
    throw new AkinError('damaged-file', `${file} is not a whole ONNX file`, {
      advice: 'Get the file again: it may have been cut off on its way',
      details: { path: file, why: error.details['why'] },
      cause: error,
    })
  }
}

function checkExternal(source: ModelSource, { file }: OnnxChoice, { externalFiles }: OnnxHeader): void {
  for (const name of externalFiles) {
    if (!InnerPath.safeParse(name).success) {
      throw new AkinError('bad-request', `${file} wants to read a file outside the model’s folder`, {
        advice: 'This model cannot be trusted; nothing was imported',
      })
    }
    const path = posix.join(posix.dirname(file), name)
    if (source.files.some((one) => one.path === path)) continue
    throw new AkinError('damaged-file', `A part of the weights is missing: ${path}`, {
      advice: `Get it from the model’s page and put it beside ${posix.basename(file)}`,
      details: { path },
    })
  }
}

const vectorNames = /^(sentence_embedding|text_embeds|text_embedding|embeddings?|pooled_embedding)$/
const stateNames = /^(last_hidden_state|token_embeddings|hidden_states?)$/

function outputOf({ outputs }: OnnxHeader): Output {
  const names = outputs.map(({ name }) => name)
  if (names.some((name) => vectorNames.test(name))) return 'vector'
  if (names.some((name) => stateNames.test(name))) return 'states'
  return names.includes('logits') ? 'logits' : 'unknown'
}

function refuseOthers(settings: ModelSettings, { outputs }: OnnxHeader, output: Output): void {
  if (settings.furtherModules.length > 0 && output !== 'vector') {
    throw new AkinError(
      'unsupported-format',
      `This model goes on after its network (${settings.furtherModules.join(', ')}), and this ONNX file does not`,
      {
        advice: 'Get an export of the whole model: one whose output is called sentence_embedding',
      },
    )
  }
  if (output === 'states' || output === 'vector' || causalTypes.has(settings.modelType ?? '')) return
  const names = outputs.slice(0, 4).map(({ name }) => name)
  throw new AkinError('unsupported-format', `This model gives no vectors for texts; it gives ${names.join(', ')}`, {
    advice:
      output === 'logits'
        ? 'It writes or sorts texts. Choose a model for "sentence similarity" or "feature extraction"'
        : 'Choose a model for "sentence similarity" or "feature extraction"',
    details: { outputs: names },
  })
}

function dimensionOf({ outputs }: OnnxHeader, settings: ModelSettings, output: Output): number {
  const wanted = output === 'vector' ? vectorNames : stateNames
  const shape = outputs.find(({ name }) => wanted.test(name))?.shape ?? []
  const dimension = shape.at(-1) ?? settings.dimension
  if (dimension === null || dimension === undefined) {
    throw new AkinError('unsupported-format', 'Neither the ONNX file nor config.json says how long the vectors are', {
      advice: 'Get config.json from the model’s page and put it beside tokenizer.json',
    })
  }
  return dimension
}

function choosePooling(answers: ImportAnswers, settings: ModelSettings, output: Output): Pooling | null {
  if (answers.pooling === 'model' && output !== 'vector') {
    throw new AkinError('bad-request', 'This ONNX file gives a state for each token, so Akin has to pool them', {
      advice: 'Choose mean, first token, last token or weighted mean',
    })
  }
  return answers.pooling ?? (output === 'vector' ? 'model' : settings.pooling)
}

function nameOf(source: ModelSource, settings: ModelSettings): string {
  const own = source.name.replace(/(-main|-master)$/, '').trim()
  const isTelling = own.length >= 3 && !/^(onnx|model|models|main|download|snapshot|new folder|[0-9a-f]{32,})$/i.test(own)
  return (isTelling ? own : (settings.name ?? 'model')).slice(0, 100)
}

type Facts = Pick<FoundModel, 'name' | 'maxTokens' | 'pooling' | 'queryPrefix' | 'passagePrefix'>

type Suggestions = Pick<CatalogueEntry, 'pooling' | 'queryPrefix' | 'passagePrefix' | 'maxTokens'>

/** What the catalogue says of a model of that name, else what is most usual. */
function suggestionsFor(name: string, isCausal: boolean, catalogue: readonly CatalogueEntry[]): Suggestions {
  const known = catalogue.find((entry) => name.toLowerCase().includes(entry.name.toLowerCase()))
  if (known !== undefined) return known
  const isE5 = /(^|[-_])e5([-_]|$)/i.test(name)
  const pooling = !isCausal && /bge|arctic|mxbai/i.test(name) ? 'cls' : 'mean'
  return { pooling, queryPrefix: isE5 ? 'query: ' : '', passagePrefix: isE5 ? 'passage: ' : '', maxTokens: 512 }
}

function questionsFor({ maxTokens, pooling, queryPrefix, passagePrefix }: Facts, suggested: Suggestions): ImportQuestion[] {
  const questions: ImportQuestion[] = []
  const ask = (about: ImportQuestion['about'], question: string, suggestion: string): void =>
    void questions.push({ about, question, suggestion })
  if (pooling === null) {
    const question = 'How do the states of the tokens become one vector? The model’s page says it under "pooling"'
    ask('pooling', question, suggested.pooling)
  }
  if (queryPrefix === null) {
    ask('query-prefix', 'What does the model want before a query? Nothing, when its page does not say so', suggested.queryPrefix)
  }
  if (passagePrefix === null) {
    ask(
      'passage-prefix',
      'What does the model want before a passage? Nothing, when its page does not say so',
      suggested.passagePrefix,
    )
  }
  if (maxTokens === null) ask('max-tokens', 'How many tokens does the model read at once?', String(suggested.maxTokens))
  return questions
}

function notesOf(settings: ModelSettings, choices: readonly OnnxChoice[], chosen: OnnxChoice): string[] {
  const notes = [...settings.notes]
  if (choices.length > 1) notes.push(`Of ${choices.length} variants ${chosen.label} was chosen`)
  if (chosen.dtype === 'fp16' || chosen.dtype === 'q4f16')
    notes.push('Half precision is made for graphics cards: on this processor it is slow')
  return notes
}
