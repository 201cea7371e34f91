import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEmbedRunner } from '../../../engine/embedding/embed-runner.ts'
import { openLog } from '../../../engine/engine-log.ts'
import { JobQueue } from '../../../engine/jobs/job-queue.ts'
import { FileKeyVault } from '../../../engine/keys/file-key-vault.ts'
import { keyNameOf } from '../../../engine/keys/key-vault.ts'
import type { LibraryStore } from '../../../engine/library/library-store.ts'
import { openSqliteLibrary } from '../../../engine/library/sqlite/sqlite-library.ts'
import type { Job } from '../../../shared/model/job.ts'
import { until } from '../../harness/engine.ts'
import {
  answers,
  cutsConnection,
  fails,
  hasNoModel,
  redirectsTo,
  refusesText,
  says,
  useOpenAiServers,
  type Behaviour,
  type OpenAiServer,
} from '../../harness/openai-server.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { imported } from '../library/builders.ts'
import { errorOf, openAiAt, useEmbedders, wordsOf } from './make-embedder.ts'

const startServer = useOpenAiServers()
const make = useEmbedders()
const makeFolder = useTempFolders()
const key = 'sk-live-Kq7TzW2mXv9RbN4cJ8dLpE5g'
let server: OpenAiServer
let folder: string
let store: LibraryStore

beforeEach(async () => {
  server = await startServer()
  folder = makeFolder()
  store = openSqliteLibrary({ folder })
})

afterEach(async () => {
  await store.close()
})

/** Sends the key back in every place of an answer. */
const echoes: Behaviour = ({ headers }, response, one) => {
  const given = String(headers.authorization)
  const error = { message: `Incorrect API key provided: ${given}`, type: given, param: given, code: given }
  return says(401, { error, detail: given }, { 'x-key': given, 'www-authenticate': given })({} as never, response, one)
}

/** Every way in which a run can end or stumble. */
const troubles: readonly Behaviour[] = [
  echoes,
  fails('invalidKey'),
  fails('quota'),
  hasNoModel,
  fails('forbidden'),
  says(500, `<html>${key}</html>`),
  says(200, `<html>${key}</html>`),
  says(200, { key }),
  redirectsTo(`https://elsewhere.example/?key=${key}`),
  answers({ dimension: 7 }),
  cutsConnection,
  refusesText('document'),
  refusesText('document 3'),
]

describe('a key', () => {
  it('is in no file of the library, no log, no error, no argument and no variable after runs with every trouble', async () => {
    const home = makeFolder()
    const vault = new FileKeyVault(join(home, 'keys.json'))
    await vault.set(keyNameOf(server.baseUrl), key)
    const words: string[] = []
    const { log, close: closeLog } = openLog(folder)
    const model = openAiAt(server.baseUrl)
    const { embedder } = make(model, {
      key: () => vault.get(keyNameOf(model.baseUrl)),
      onSent: ({ host, model: name }) => store.settings.recordSent(`texts for ${name}`, host, new Date().toISOString()),
      onState: (state, error) => {
        log.warn({ state, error }, 'model')
        words.push(wordsOf(error ?? new Error(state)))
      },
    })
    const space = await store.vectors.openSpace(embedder.space)
    const documents = Array.from({ length: 12 }, (_, at) => imported(`Title ${at}`, `This is document ${at}\n\nwith two parts`))
    await store.documents.putImported(documents)

    const jobs = new JobQueue({
      store: store.jobs,
      runners: {
        embed: createEmbedRunner({
          vectors: store.vectors,
          embedder,
          spaceId: space.id,
          expectsMore: () => Promise.resolve(false),
          waitForMore: () => Promise.resolve(),
        }),
      },
      onProgress: (job: Job) => void words.push(JSON.stringify(job)),
      onBug: (error: unknown) => {
        log.error({ error }, 'bug')
        words.push(wordsOf(error))
      },
    } as never)
    const run = async (): Promise<Job> => {
      const { id } = await jobs.add({ kind: 'embed', title: 'Reading for meaning', unit: 'passages', payload: {} })
      return until('the job ended', async () => {
        const job = await jobs.get(id)
        return ['done', 'failed', 'paused', 'cancelled'].includes(job.state) ? job : undefined
      })
    }
    for (const trouble of troubles) {
      server.always(trouble)
      words.push(JSON.stringify(await run()))
      words.push(wordsOf(await errorOf(embedder.embedQuery('document 3'))))
    }
    server.always(answers())
    server.key = key
    expect((await run()).state).toBe('done')
    expect(server.received.at(-1)!.headers.authorization).toBe(`Bearer ${key}`)
    await jobs.close()
    closeLog()

    const written = filesOf(folder)
    expect(written.size).toBeGreaterThan(2)
    expect([...written].filter(([, content]) => leaksOf(content).length > 0)).toEqual([])
    expect(leaksOf(words.join('\n'))).toEqual([])
    expect(words.length).toBeGreaterThan(troubles.length * 2)
    for (const place of ['cmdline', 'environ']) expect(leaksOf(ofProcess(place))).toEqual([])
    expect(leaksOf(JSON.stringify([process.env, process.argv, process.execArgv]))).toEqual([])
  })
})

/** Every file, as bytes that a search finds text in. */
function filesOf(root: string): Map<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(files.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'latin1')]))
}

function ofProcess(name: string): string {
  const file = `/proc/self/${name}`
  return existsSync(file) ? readFileSync(file, 'latin1') : ''
}

/** Parts of the key, ten characters long, that stand in a text; also in base64. */
function leaksOf(text: string): string[] {
  const spellings = [key, Buffer.from(key).toString('base64').slice(0, -4)]
  return spellings
    .flatMap((spelling) => Array.from({ length: spelling.length - 9 }, (_, at) => spelling.slice(at, at + 10)))
    .filter((part) => text.includes(part))
}
