import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../shared/errors.ts'
import type { Document } from '../../../shared/model/document.ts'
import type { JobItem } from '../../../shared/model/job.ts'
import { until, useEngines, type ContractClient, type TestEngine } from '../../harness/engine.ts'
import { EngineProcess } from '../../harness/engine-process.ts'
import { column, makePdf } from '../importing/make-pdf.ts'
import { readOnlyView, smallDisk, whyNoMounts, type Mount } from '../library/mounts.ts'

const { open, folder } = useEngines()
const withoutMeaning = { embeds: false }

const noMounts = whyNoMounts()
if (noMounts !== undefined) console.log(`Skipped: full disks and read-only folders, since ${noMounts}`)

/** What the person had before, and must still have afterwards. */
const kept = { Fennel: 'Fennel is sown in May, after the last frost', Ferry: 'The ferry crosses the bay twice a day' }

async function withKept(engine: TestEngine): Promise<TestEngine> {
  await engine.importTexts(kept, { tags: ['kept'] })
  return engine
}

/** Everything that was acknowledged is there and is found; from the library as the next engine opens it. */
async function expectKept(engine: ContractClient): Promise<void> {
  for (const [title, text] of Object.entries(kept))
    expect(await engine.document(title)).toMatchObject({ text, tags: ['kept'] } satisfies Partial<Document>)
  await until('what was there is found', async () => {
    const { hits } = await engine.ask('search.query', { text: 'ferry', mode: 'keyword' })
    return hits.some(({ title }) => title === 'Ferry') ? true : undefined
  })
}

async function expectKeptAfterReopening(engine: TestEngine): Promise<TestEngine> {
  await expectKept(engine)
  await engine.close()
  const again = await open({ ...withoutMeaning, folder: engine.folder })
  await expectKept(again)
  return again
}

const megabyte = 1_000_000
const zipBomb = (): Buffer =>
  Buffer.concat([Buffer.from('504b030414000000080000', 'hex'), deflateRawSync(Buffer.alloc(50 * megabyte))])

interface BadFile {
  readonly what: string
  readonly name: string
  readonly content: () => Uint8Array | string
  readonly outcome: JobItem['outcome']
  readonly code: ErrorCode
  readonly message: string
  readonly advice: string
}

const badFiles: readonly BadFile[] = [
  {
    what: 'an empty file',
    name: 'empty.txt',
    content: () => '',
    outcome: 'skipped',
    code: 'file-empty',
    message: 'The file is empty',
    advice: 'Check whether it was saved, then import it again',
  },
  {
    what: '200 MB of text',
    name: 'large.txt',
    content: () => Buffer.alloc(200 * megabyte, 'words and words '),
    outcome: 'failed',
    code: 'file-too-large',
    message: 'The file has 200 MB; the most that can be read is 100 MB',
    advice: 'Split the file into parts and import those',
  },
  {
    what: 'a zip bomb named as a PDF',
    name: 'bomb.pdf',
    content: zipBomb,
    outcome: 'failed',
    code: 'unsupported-format',
    message: 'The file is an archive, which Akin does not read, though its name ends in .pdf',
    advice: 'Unpack it and import the files inside',
  },
  {
    what: 'a PDF with a password',
    name: 'locked.pdf',
    content: () => makePdf([column(['the secret'])], { password: 'pier' }),
    outcome: 'failed',
    code: 'encrypted',
    message: 'The PDF is locked with a password',
    // There is no place where a password could be given
    advice: 'Save a copy without the password in a PDF program, then import that',
  },
]

describe('a file that cannot be read', () => {
  it.each(badFiles)(
    'says what happened and what to do, and loses nothing: $what',
    async ({ name, content, outcome, code, message, advice }) => {
      const engine = await withKept(await open(withoutMeaning))
      const path = join(folder('files'), name)
      writeFileSync(path, content())
      const job = await engine.importPaths(path)
      expect(job).toMatchObject({ state: 'done', error: null, completed: 1, counts: { added: 0, [outcome]: 1 } })
      const { items } = await engine.ask('jobs.get', { id: job.id })
      expect(items).toMatchObject([{ outcome, name, location: path, reason: { code, message, advice } }])
      // The same is told at the item, and by the number in the status bar
      expect(await engine.document(name)).toMatchObject({ status: outcome, reason: { code, message, advice } })
      expect(await engine.ask('library.status', {})).toMatchObject({ documents: 3, [outcome]: 1 })
      const again = await expectKeptAfterReopening(engine)
      expect(await again.document(name)).toMatchObject({ status: outcome, reason: { code, message, advice } })
    },
  )
})

describe('a file with an odd name or odd bytes', () => {
  it('is read when its name holds a line break, at the place where it lies', async () => {
    const engine = await withKept(await open(withoutMeaning))
    const root = folder('files')
    const path = join(root, 'first line\nsecond line.txt')
    writeFileSync(path, 'Granite cools slowly under other rock')
    const job = await engine.importPaths(root)
    expect(job.counts).toMatchObject({ added: 1, failed: 0, skipped: 0 })
    const { hits } = await until('it is found', async () => {
      const reply = await engine.ask('search.query', { text: 'granite', mode: 'keyword' })
      return reply.total === 1 ? reply : undefined
    })
    const document = await engine.ask('documents.get', { id: hits[0]!.documentId })
    expect(document.sources).toMatchObject([{ location: path }])
    // A title is one line wherever it stands
    expect(document.title).not.toContain('\n')
    expect((await engine.importPaths(path)).counts).toMatchObject({ unchanged: 1 })
    await expectKeptAfterReopening(engine)
  })

  it('is passed over with a reason when its name is no valid Unicode, and everything beside it is read', async () => {
    const engine = await withKept(await open(withoutMeaning))
    const root = folder('files')
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff, 0xfe]), Buffer.from('.txt')]), 'Not reached')
    writeFileSync(join(root, 'good.txt'), 'Granite cools slowly under other rock')
    const job = await engine.importPaths(root)
    expect(job.counts).toMatchObject({ added: 1, skipped: 1, failed: 0 })
    const { items } = await engine.ask('jobs.get', { id: job.id })
    expect(items).toMatchObject([
      {
        outcome: 'skipped',
        reason: {
          code: 'bad-name',
          message: 'Its name is not valid Unicode',
          advice: 'Rename it, then import the folder again',
        },
      },
    ])
    await expectKeptAfterReopening(engine)
  })

  it('is read as far as it can be when its bytes are no valid UTF-8', async () => {
    const engine = await withKept(await open(withoutMeaning))
    const path = join(folder('files'), 'broken.txt')
    const whole = 'héllo wörld ñandú, and granite cools slowly under other rock. '.repeat(5)
    writeFileSync(path, Buffer.concat([Buffer.from(whole), Buffer.from([0xff, 0xfe, 0xc3, 0x28]), Buffer.from(' the end')]))
    expect((await engine.importPaths(path)).counts).toMatchObject({ added: 1, failed: 0 })
    for (const text of ['ñandú', 'granite', '"the end"']) {
      await until(`${text} is found`, async () => {
        const { total } = await engine.ask('search.query', { text, mode: 'keyword' })
        return total === 1 ? true : undefined
      })
    }
    await expectKeptAfterReopening(engine)
  })
})

describe('a query that is wrong', () => {
  it('is answered in part, with the exact place and what to write instead, when a quotation mark is not closed', async () => {
    const engine = await withKept(await open(withoutMeaning))
    await expectKept(engine)
    for (const mode of ['keyword', 'hybrid'] as const) {
      const reply = await engine.ask('search.query', { text: 'ferry "twice a day', mode })
      expect(reply.problems).toEqual([
        {
          code: 'unbalanced-quote',
          message: 'This quotation mark is not closed. Close it to look for the exact words, or take it away',
          start: 6,
          end: 7,
        },
      ])
      expect(reply.hits.map(({ title }) => title)).toEqual(['Ferry'])
    }
  })

  it('is answered in part, with the exact place and the nearest filter, when there is no such filter', async () => {
    const engine = await withKept(await open(withoutMeaning))
    await expectKept(engine)
    const reply = await engine.ask('search.query', { text: 'ferry tga:garden', mode: 'keyword' })
    expect(reply.problems).toEqual([
      {
        code: 'unknown-filter',
        message:
          '“tga:” is not a filter, so it is left out. Did you mean tag:? To look for the words themselves, write "tga:garden"',
        start: 6,
        end: 16,
      },
    ])
    expect(reply.hits.map(({ title }) => title)).toEqual(['Ferry'])
  })

  it.each(['search.query', 'search.passages', 'search.sentences'])(
    'is refused with its length and the limit when it has 100 kB: %s',
    async (name) => {
      const engine = await withKept(await open(withoutMeaning))
      const text = 'ferry '.repeat(17_000)
      const error = await engine.refusal(name, { text, documentId: 1, passages: [{ documentId: 1, start: 0, end: 5 }] })
      expect(error).toMatchObject({
        code: 'query-too-long',
        message: 'The query has 102,000 characters; up to 4,000 are read',
      })
      expect(error.advice).toContain('Shorten it')
      await expectKept(engine)
    },
  )
})

describe('a path that is not there', () => {
  it('is refused by its name before there is a job', async () => {
    const engine = await withKept(await open(withoutMeaning))
    const path = join(folder('files'), 'nowhere', 'note.md')
    const { jobs } = await engine.ask('jobs.list', {})
    expect(await engine.refusal('documents.import', { sources: [{ type: 'path', path }] })).toMatchObject({
      code: 'file-not-found',
      message: `There is no file or folder ${path}`,
      advice: 'Check the spelling',
    })
    expect((await engine.ask('jobs.list', {})).jobs).toHaveLength(jobs.length)
  })
})

describe('a second engine on a library that is open', () => {
  it('is refused with what to do, and the first one goes on; once it is gone, the library is free', async () => {
    const library = folder('library')
    const first = new EngineProcess(library)
    await first.opened
    await first.importTexts(kept, { tags: ['kept'] })
    const second = new EngineProcess(library)
    const error = await second.opened.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({
      code: 'library-locked',
      message: 'Akin is already running with this library',
      advice: 'Use the running one, or close it first; or choose another folder with --library',
    })
    await second.kill()
    await first.importTexts({ Later: 'Written after the second one was refused' })
    await first.kill()
    const third = new EngineProcess(library)
    await third.opened
    await expectKept(third)
    expect((await third.document('Later')).text).toBe('Written after the second one was refused')
    await third.close()
  })
})

describe.skipIf(noMounts !== undefined)('a library folder that cannot be written', () => {
  it('is refused by its name with what to do, and the library in it is whole', async () => {
    const engine = await withKept(await open(withoutMeaning))
    await engine.close()
    const view = readOnlyView(engine.folder)
    try {
      const refused = new EngineProcess(view.folder)
      await expect(refused.opened).rejects.toMatchObject({
        code: 'library-read-only',
        message: `The library folder cannot be written: ${view.folder}`,
        advice: 'Allow writing to it, or choose another with --library',
      })
      await refused.kill()
    } finally {
      view.remove()
    }
    await expectKept(await open({ ...withoutMeaning, folder: engine.folder }))
  })
})

describe.skipIf(noMounts !== undefined)('a disk that fills up during an import', () => {
  let disk: Mount | undefined
  const running: EngineProcess[] = []
  afterEach(async () => {
    for (const engine of running.splice(0)) await engine.kill()
    disk?.remove()
    disk = undefined
  })

  async function start(library: string): Promise<EngineProcess> {
    const engine = new EngineProcess(library)
    running.push(engine)
    await engine.opened
    return engine
  }

  it('pauses it with the reason, loses nothing, answers searches, and the import goes on once there is room', async () => {
    disk = smallDisk(12)
    const library = join(disk.folder, 'library')
    const files = folder('files')
    const count = 60
    for (let i = 0; i < count; i++)
      writeFileSync(join(files, `file-${i}.txt`), `Piece ${i} qz${i}x\n\n${`so many words of piece ${i} `.repeat(2_000)}`)
    const filler = join(disk.folder, 'filler')
    const engine = await start(library)
    await engine.importTexts(kept, { tags: ['kept'] })
    const { bavail, bsize } = statfsSync(disk.folder)
    writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - 3 * megabyte)))
    const { jobId } = await engine.ask('documents.import', { sources: [{ type: 'path', path: files }] })
    const stopped = await engine.job(jobId)
    expect(stopped).toMatchObject({
      state: 'paused',
      error: {
        code: 'disk-full',
        message: 'The disk is full',
        advice: 'Free some space, then try again. Nothing that was stored is lost',
      },
    })
    const stored = [...(await engine.documents()).keys()].filter((title) => title.startsWith('Piece'))
    console.log(`stored before the disk was full: ${stored.length} of ${count}`)
    expect(stored.length).toBeGreaterThan(0)
    expect(stored.length).toBeLessThan(count)
    expect((await engine.ask('search.query', { text: 'ferry', mode: 'keyword' })).hits.length).toBeGreaterThan(0)
    await engine.kill()
    rmSync(filler)
    const again = await start(library)
    await expectKept(again)
    const titles = await again.documents()
    expect(stored.filter((title) => !titles.has(title))).toEqual([])
    // Its pause may be what found no room: then it is queued still, and goes on by itself
    const { job } = await again.ask('jobs.get', { id: jobId })
    if (job.state === 'paused') await again.ask('jobs.resume', { id: jobId })
    expect(await again.job(jobId)).toMatchObject({ state: 'done', error: null, completed: count, counts: { failed: 0 } })
    expect([...(await again.documents()).keys()].filter((title) => title.startsWith('Piece'))).toHaveLength(count)
    await again.close()
  })
})
