import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AkinError } from '../../../shared/errors.ts'
import type { ModelSpec } from '../model-spec.ts'

const advice =
  'Install Akin again to get its model files back, or add the model again if you added it. Nothing in the library was changed'

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(part as Buffer)
  return hash.digest('hex')
}

/**
 * Compares the weights with the hashes that name the space: a changed file would mix vectors without a word.
 *
 * @throws AkinError `model-missing`, `model-damaged`
 */
export async function checkWeights(modelsFolder: string, { name, folder, ...files }: ModelSpec): Promise<void> {
  const weights = join(modelsFolder, folder, files.weightsFile)
  await checkFile(weights, files.weightsSha256, name)
  for (const { file, sha256 } of files.externalData ?? []) await checkFile(join(dirname(weights), file), sha256, name)
}

async function checkFile(file: string, expected: string, model: string): Promise<void> {
  if ((await stat(file).catch(() => null)) === null) throw missing(file, model)
  const found = await sha256OfFile(file)
  if (found !== expected) throw damaged(model, { file, expected, found })
}

export interface TokenizerFiles {
  readonly tokenizer: TokenizerJson
  /** Empty where the model comes without `tokenizer_config.json`. */
  readonly config: object
}

/** The parts of `tokenizer.json` that are read here. */
export interface TokenizerJson {
  readonly added_tokens?: readonly { readonly id: number; readonly content: string; readonly special: boolean }[]
  readonly pre_tokenizer?: JsonPart | null
  readonly decoder?: JsonPart | null
  readonly model?: { readonly unk_token?: string | null }
}

export interface JsonPart {
  readonly type?: string
  readonly add_prefix_space?: boolean
  readonly use_regex?: boolean
  readonly pretokenizers?: readonly JsonPart[]
  readonly decoders?: readonly JsonPart[]
}

/** @throws AkinError `model-missing`, `model-damaged` */
export async function readTokenizerFiles(
  folder: string,
  { name, tokenizerSha256 }: Pick<ModelSpec, 'name' | 'tokenizerSha256'>,
): Promise<TokenizerFiles> {
  const file = join(folder, 'tokenizer.json')
  const bytes = await readFile(file).catch(() => null)
  if (bytes === null) throw missing(file, name)
  if (tokenizerSha256 !== undefined) {
    const found = createHash('sha256').update(bytes).digest('hex')
    if (found !== tokenizerSha256) throw damaged(name, { file, expected: tokenizerSha256, found })
  }
  const tokenizer = parsed(bytes, file, name) as TokenizerJson
  return { tokenizer, config: await readJson(join(folder, 'tokenizer_config.json'), name) }
}

/** What `config.json` says of the network; empty where there is none. */
export interface NetworkConfig {
  readonly n_head?: number
  readonly num_attention_heads?: number
  readonly num_key_value_heads?: number
}

export async function readNetworkConfig(folder: string, name: string): Promise<NetworkConfig> {
  return readJson(join(folder, 'config.json'), name)
}

async function readJson(file: string, model: string): Promise<object> {
  const bytes = await readFile(file).catch(() => null)
  return bytes === null ? {} : parsed(bytes, file, model)
}

function parsed(bytes: Buffer, file: string, model: string): object {
  try {
    return JSON.parse(bytes.toString('utf8')) as object
  } catch (cause) {
    throw new AkinError('model-damaged', `${basename(file)} of ${model} cannot be read`, { advice, cause, details: { file } })
  }
}

function missing(file: string, model: string): AkinError {
  return new AkinError('model-missing', `The ${kindOf(file)} of ${model} is not there`, { advice, details: { file } })
}

function damaged(model: string, details: { file: string; expected: string; found: string }): AkinError {
  const what = kindOf(details.file)
  return new AkinError('model-damaged', `The ${what} of ${model} is not the one that belongs to it`, { advice, details })
}

function kindOf(file: string): string {
  return file.endsWith('tokenizer.json') ? 'tokenizer file' : 'model file'
}
