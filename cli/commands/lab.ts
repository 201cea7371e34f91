import type { RequestOutput } from '../../shared/contract/requests.ts'
import type { LabToken } from '../../shared/model/lab.ts'
import type { Connection } from '../connection.ts'
import { shown } from '../escape.ts'
import { exitCodes, line, number, table, type Output } from '../output.ts'
import { findSpace, installedModelId } from './spaces.ts'

interface Context {
  readonly connection: Connection
  readonly output: Output
}

/** Shows a text as a model sees it: by the model of the space that searches use, unless one is named. */
export async function runTokens(text: string, { model }: { model?: string }, { connection, output }: Context): Promise<number> {
  const modelId = model === undefined ? await defaultModel(connection) : await modelFor(model, connection)
  const reply = await connection.ask('lab.tokens', { modelId, text })
  const ids = reply.tokens.map(({ id }) => id)
  output.result({ model: modelId, ids, ...reply }, () =>
    [
      `[${ids.join(', ')}]`,
      ...(ids.length === 0 ? [] : [table(reply.tokens.map(tokenRow))]),
      `${number(ids.length)} tokens; ${modelId} reads ${number(reply.maxTokens)} at once${reply.isCut ? ', and not the end of this text' : ''}`,
    ].join('\n'),
  )
  return exitCodes.done
}

/** GPT-2's vocabulary is always there; a service's tokenizer is not. */
async function defaultModel(connection: Connection): Promise<string> {
  const { spaces } = await connection.ask('spaces.list', {})
  const recipe = spaces.find(({ isDefault }) => isDefault)?.recipe
  return recipe?.type === 'local' ? recipe.modelId : 'gpt2'
}

async function modelFor(named: string, connection: Connection): Promise<string> {
  return named.toLowerCase() === 'gpt2' ? 'gpt2' : installedModelId(connection, named)
}

function tokenRow({ id, text, piece, start, end, isSpecial }: LabToken): (string | number)[] {
  return [id, shown(text), shown(piece), isSpecial ? 'put there by the model' : `${start}–${end}`]
}

export async function runSimilarity(
  texts: readonly string[],
  { space: named }: { space?: readonly string[] },
  { connection, output }: Context,
): Promise<number> {
  const spaceIds = await spacesOf(named ?? [], connection)
  const { matrices } = await connection.ask('lab.similarity', { texts: [...texts], spaceIds })
  output.result({ texts, matrices }, () => matrices.map((matrix) => matrixText(matrix, texts)).join('\n\n'))
  return exitCodes.done
}

async function spacesOf(named: readonly string[], connection: Connection): Promise<number[]> {
  const ids: number[] = []
  for (const one of named) ids.push((await findSpace(connection, one)).id)
  if (ids.length > 0) return ids
  const { spaces } = await connection.ask('spaces.list', {})
  return spaces.filter(({ isDefault }) => isDefault).map(({ id }) => id)
}

function matrixText({ name, rows }: RequestOutput<'lab.similarity'>['matrices'][number], texts: readonly string[]): string {
  const lines = rows.map((row, index) => [index + 1, ...row.map((cosine) => cosine.toFixed(4)), line(texts[index]!, 60)])
  return `${shown(name)}\n${table([['', ...rows.map((_, index) => String(index + 1).padStart(6)), ''], ...lines]).replaceAll(/ +$/gm, '')}`
}
