import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FileKeyVault } from '../../../engine/keys/file-key-vault.ts'
import type { RequestInput } from '../../../shared/contract/requests.ts'
import { until, useEngines, type ContractClient, type TestEngine } from '../../harness/engine.ts'
import { EngineProcess } from '../../harness/engine-process.ts'
import { answers, fails, useOpenAiServers, waitsFor, type OpenAiServer } from '../../harness/openai-server.ts'
import { holding, inState, shortTexts, spaceOf, storedVectors } from './use-spaces.ts'

const { open, folder } = useEngines()
const startServer = useOpenAiServers()
const key = 'sk-test-0123456789-never-to-be-found'

/** Vectors that are stored at once. */
const perCommit = 32

type Recipe = RequestInput<'spaces.add'>['recipe']

function recipeOf(server: OpenAiServer): Recipe {
  return { type: 'remote', baseUrl: server.baseUrl, model: 'some-model' }
}

async function withTexts(count: number): Promise<{ engine: TestEngine; keysFile: string }> {
  const keysFile = join(folder('keys'), 'keys.json')
  const engine = await open({ keys: new FileKeyVault(keysFile) })
  await engine.importTexts(shortTexts(count))
  await engine.settled()
  return { engine, keysFile }
}

function everythingIn(root: string): string {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

/** Passages that a server was sent, without the word that only measures. */
function passagesSent(server: OpenAiServer): string[] {
  return server.texts.filter((text) => text !== 'Akin')
}

async function pausedJob(engine: ContractClient, id: number): Promise<{ jobId: number; code: string; message: string }> {
  const { jobId, reason } = await inState(engine, id, 'paused')
  return { jobId: jobId!, code: reason!.code, message: `${reason!.message}. ${reason!.advice}` }
}

describe('a space of a service', () => {
  it('tells what would be sent, and sends nothing before the yes', async () => {
    const server = await startServer()
    const { engine } = await withTexts(40)
    const recipe = recipeOf(server)
    const check = await engine.ask('spaces.check', { recipe })
    expect(check).toMatchObject({ dimension: null, selfTest: null, existingId: null, passages: 40 })
    expect(check.sends).toMatchObject({ to: server.host, isExact: false })
    expect(check.sends!.tokens).toBeGreaterThan(40 * 5)
    const openAi: Recipe = { type: 'remote', baseUrl: 'https://api.openai.com/v1', model: 'text-embedding-3-small' }
    expect((await engine.ask('spaces.check', { recipe: openAi })).sends).toMatchObject({ to: 'api.openai.com', isExact: true })
    const refused = await engine.refusal('spaces.add', { recipe })
    expect(refused).toMatchObject({ code: 'not-allowed' })
    expect(refused.message).toContain(server.host)
    await engine.importTexts({ Ferry: 'The ferry crosses the bay' })
    await engine.settled()
    expect(server.connections).toBe(0)
    expect(server.received).toHaveLength(0)
    expect((await engine.ask('library.status', {})).sent).toEqual([])
    expect((await engine.ask('spaces.list', {})).spaces).toHaveLength(1)
  })

  it('is filled after it and searched; sentences stay here, the key is nowhere but in its file', async () => {
    const server = await startServer()
    server.key = key
    const { engine, keysFile } = await withTexts(40)
    const recipe = recipeOf(server)
    const missing = await engine.refusal('spaces.add', { recipe, consents: true })
    expect(missing).toMatchObject({ code: 'key-missing' })
    expect(passagesSent(server)).toEqual([])
    await engine.ask('keys.set', { baseUrl: server.baseUrl, key: 'sk-of-another-account' })
    expect((await engine.refusal('spaces.add', { recipe, consents: true })).code).toBe('key-rejected')
    expect((await engine.refusal('spaces.add', { recipe })).code).toBe('not-allowed')
    await engine.ask('keys.set', { baseUrl: server.baseUrl, key })
    expect(await engine.ask('keys.describe', { baseUrl: server.baseUrl })).toMatchObject({
      hasKey: true,
      place: { kind: 'file' },
    })
    const space = await engine.ask('spaces.add', { recipe, consents: true })
    expect(space).toMatchObject({ where: server.host, dimension: 8 })
    expect(await inState(engine, space.id)).toMatchObject({ vectors: 40, pending: 0 })
    expect(passagesSent(server)).toHaveLength(40)
    const { sent } = await engine.ask('library.status', {})
    expect(sent).toMatchObject([{ what: 'Texts to be read for meaning', to: server.host }])
    const reply = await engine.ask('search.query', { text: 'where is the ferry', mode: 'vector', spaceId: space.id })
    expect(reply).toMatchObject({ meaning: 'searched' })
    expect(server.texts.at(-1)).toBe('where is the ferry')
    const before = server.texts.length
    const passages = reply.hits
      .slice(0, 5)
      .map(({ documentId, passage }) => ({ documentId, start: passage.start, end: passage.end }))
    const { spans } = await engine.ask('search.sentences', { text: 'where is the ferry', passages, spaceId: space.id })
    expect(spans).toEqual([null, null, null, null, null])
    expect(server.texts.length).toBe(before)
    // What comes in later is sent as well: that was told
    await engine.importTexts({ Ferry: 'The ferry crosses the bay' })
    await engine.settled()
    await inState(engine, space.id)
    expect(passagesSent(server).some((text) => text.includes('The ferry crosses the bay'))).toBe(true)
    await engine.close()
    expect(everythingIn(engine.folder)).not.toContain(key)
    expect(JSON.stringify(engine.events)).not.toContain(key)
    expect(readFileSync(keysFile, 'utf8')).toContain(key)
  })

  it('keeps what came over kill -9, and sends none of it again', async () => {
    const server = await startServer()
    const { engine } = await withTexts(200)
    await engine.close()
    const library = engine.folder
    const first = new EngineProcess(library)
    await first.opened
    // After a hundred passages it falls silent
    const answered = new Set<string>()
    const never = waitsFor(new Promise(() => undefined))
    server.always((request, ...rest) => {
      if (answered.size > 100) return never(request, ...rest)
      for (const text of request.body.input) if (text !== 'Akin') answered.add(text)
      return answers()(request, ...rest)
    })
    const { id } = await first.ask('spaces.add', { recipe: recipeOf(server), consents: true })
    await until('it is silent', () => (answered.size > 100 ? true : undefined))
    await holding(first, id, answered.size - perCommit)
    await first.kill()
    const stored = storedVectors(library, id).size
    expect(stored).toBeLessThan(200)
    server.always(answers())
    const before = server.received.length
    const second = new EngineProcess(library)
    await second.opened
    try {
      expect(await inState(second, id)).toMatchObject({ vectors: 200, pending: 0 })
      const again = server.received.slice(before).flatMap(({ body }) => body.input)
      expect(again).toHaveLength(200 - stored)
      // Only what came and was not stored yet is sent once more
      const repeated = again.filter((text) => answered.has(text)).length
      expect(repeated).toBe(answered.size - stored)
      expect(repeated).toBeLessThanOrEqual(perCommit)
    } finally {
      await second.close()
    }
  })

  it('waits where the service asks it to, and is paused in words when the account is empty, until it goes on', async () => {
    const server = await startServer()
    const { engine } = await withTexts(40)
    server.next(answers(), fails('rateLimit', { 'retry-after': '1' }))
    const space = await engine.ask('spaces.add', { recipe: recipeOf(server), consents: true })
    expect(await inState(engine, space.id)).toMatchObject({ vectors: 40, failed: 0 })
    server.always(fails('quota'))
    await engine.importTexts(shortTexts(10, { seed: 99, name: 'Later' }))
    const paused = await pausedJob(engine, space.id)
    expect(paused.code).toBe('quota-exhausted')
    expect(paused.message).toContain('nothing left to spend')
    const asked = server.received.length
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(server.received.length).toBe(asked)
    // Searches in other spaces, and by words, are not concerned
    expect((await engine.ask('search.query', { text: 'ferry', mode: 'vector' })).meaning).toBe('searched')
    expect((await engine.ask('search.query', { text: 'ferry', spaceId: space.id })).meaning).toBe('failed')
    server.always(answers())
    await engine.ask('jobs.resume', { id: paused.jobId })
    expect(await inState(engine, space.id)).toMatchObject({ pending: 0, failed: 0, state: 'ready' })
  })

  it('is paused when its key is gone or not accepted any more, and goes on with another', async () => {
    const server = await startServer()
    server.key = key
    const { engine } = await withTexts(5)
    const { baseUrl } = server
    await engine.ask('keys.set', { baseUrl, key })
    const { id } = await engine.ask('spaces.add', { recipe: recipeOf(server), consents: true })
    await inState(engine, id)
    await engine.ask('keys.remove', { baseUrl })
    await engine.importTexts({ One: 'One more remark of the gardener' })
    const missing = await pausedJob(engine, id)
    expect(missing.code).toBe('key-missing')
    await engine.ask('keys.set', { baseUrl, key: 'sk-withdrawn-by-the-service' })
    await engine.ask('jobs.resume', { id: missing.jobId })
    await until('it is tried', async () => ((await spaceOf(engine, id)).reason?.code === 'key-rejected' ? true : undefined))
    const rejected = await pausedJob(engine, id)
    expect(rejected.message).not.toContain('sk-')
    await engine.ask('keys.set', { baseUrl, key })
    await engine.ask('jobs.resume', { id: rejected.jobId })
    expect(await inState(engine, id)).toMatchObject({ vectors: 6 })
  })

  it('takes the yes along when it is removed, and brings it back when that is undone', async () => {
    const server = await startServer()
    const { engine } = await withTexts(5)
    const recipe = recipeOf(server)
    const { id } = await engine.ask('spaces.add', { recipe, consents: true })
    await inState(engine, id)
    const other = { ...recipe, model: 'other-model' } as Recipe
    // The yes is for the service: a second model needs no other
    const second = await engine.ask('spaces.add', { recipe: other })
    await inState(engine, second.id)
    await engine.ask('spaces.remove', { id: second.id })
    expect((await engine.ask('search.query', { text: 'ferry', mode: 'vector', spaceId: id })).meaning).toBe('searched')
    const { undoId } = await engine.ask('spaces.remove', { id })
    const sent = server.received.length
    expect((await engine.refusal('spaces.add', { recipe })).code).toBe('not-allowed')
    await engine.importTexts({ One: 'One more remark of the gardener' })
    await engine.settled()
    expect(server.received.length).toBe(sent)
    await engine.ask('library.undo', { undoId: undoId! })
    expect(await inState(engine, id)).toMatchObject({ vectors: 6 })
    expect(server.received.length).toBe(sent + 1)
    // The yes is kept over a restart, and so is its absence
    await engine.ask('spaces.remove', { id })
    await engine.close()
    const again = await open({ folder: engine.folder })
    expect((await again.refusal('spaces.add', { recipe })).code).toBe('not-allowed')
    expect(server.received.length).toBe(sent + 1)
  })

  it('is one space, with one yes, however its address is written', async () => {
    const server = await startServer()
    const { engine } = await withTexts(5)
    const recipe = recipeOf(server) as Extract<Recipe, { type: 'remote' }>
    const { id } = await engine.ask('spaces.add', { recipe: { ...recipe, baseUrl: `${server.baseUrl}/` }, consents: true })
    await inState(engine, id)
    const other = { ...recipe, baseUrl: `${server.baseUrl}/embeddings` }
    expect((await engine.ask('spaces.check', { recipe: other })).existingId).toBe(id)
    expect((await engine.ask('spaces.add', { recipe: other })).id).toBe(id)
    await engine.ask('spaces.remove', { id })
    for (const baseUrl of [recipe.baseUrl, `${recipe.baseUrl}/`, other.baseUrl])
      expect((await engine.refusal('spaces.add', { recipe: { ...recipe, baseUrl } })).code).toBe('not-allowed')
    const wrong = await engine.refusal('spaces.check', { recipe: { ...recipe, baseUrl: 'ftp://somewhere/v1' } })
    expect(wrong).toMatchObject({ code: 'bad-request', message: 'This is no address of a service' })
  })

  it('of which the server is down is paused and goes on when it is back', async () => {
    const server = await startServer()
    const { engine } = await withTexts(5)
    const { id } = await engine.ask('spaces.add', { recipe: recipeOf(server), consents: true })
    await inState(engine, id)
    const { port } = server
    await server.stop()
    expect((await engine.ask('search.query', { text: 'ferry', spaceId: id })).meaning).toBe('failed')
    await startServer(port)
    const reply = await engine.ask('search.query', { text: 'ferry', mode: 'vector', spaceId: id })
    expect(reply.meaning).toBe('searched')
    expect(existsSync(join(engine.folder, 'library.db'))).toBe(true)
  })
})
