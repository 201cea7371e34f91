import { copyFileSync, mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { OriginalStore } from '../../../engine/host/originals.ts'
import type { Job, JobItem } from '../../../shared/model/job.ts'
import { until, useEngines, type TestEngine } from '../../harness/engine.ts'

const { open, folder } = useEngines()

/** Most of these tests are about what is read, not about its meaning. */
const withoutMeaning = { embeds: false }

function write(root: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

/** A later time of change, so that a file is seen as changed. */
function touch(path: string, seconds: number): void {
  const { mtimeMs } = statSync(path)
  utimesSync(path, new Date(), new Date(mtimeMs + seconds * 1_000))
}

async function itemsOf(engine: TestEngine, job: Job): Promise<JobItem[]> {
  return (await engine.ask('jobs.get', { id: job.id })).items
}

const essay = (subject: string): string =>
  `${subject} is what this is about. ${subject} was there in the morning, and ${subject} was there at night. Nobody knew why ${subject} had come, or when ${subject} would leave again.`

/** Sends bytes as the browser host does, and returns what an import names them by. */
async function upload(
  engine: TestEngine,
  name: string,
  text: string,
): Promise<{ type: 'upload'; uploadId: string; name: string }> {
  const { id } = await new OriginalStore(engine.folder).add(Readable.from([Buffer.from(text)]), { maxBytes: 1_000_000 })
  return { type: 'upload', uploadId: id, name }
}

async function importUploads(engine: TestEngine, ...files: readonly (readonly [name: string, text: string])[]): Promise<Job> {
  const sources = []
  for (const [name, text] of files) sources.push(await upload(engine, name, text))
  const { jobId } = await engine.ask('documents.import', { sources })
  return engine.job(jobId)
}

describe('a folder that is imported again', () => {
  it('changes nothing, reads nothing, and still says what was left out and why', async () => {
    const engine = await open(withoutMeaning)
    const root = write(folder('files'), {
      'a.md': essay('Fennel'),
      'b/c.txt': essay('Granite'),
      'empty.txt': '',
      'broken.pdf': '%PDF-1.7\nno',
      '.hidden.md': 'x',
      'node_modules/x/readme.md': 'x',
      'photo.png': 'x',
    })
    const first = await engine.importPaths(root)
    expect(first.counts).toEqual({ added: 2, updated: 0, unchanged: 0, skipped: 4, failed: 1 })
    const reasons = (items: readonly JobItem[]) =>
      items.map(({ name, outcome, reason }) => [name, outcome, reason.code] as const).toSorted((a, b) => (a[0] < b[0] ? -1 : 1))
    const told = reasons(await itemsOf(engine, first))
    expect(told).toEqual([
      ['.hidden.md', 'skipped', 'hidden'],
      ['broken.pdf', 'failed', 'damaged-file'],
      ['empty.txt', 'skipped', 'file-empty'],
      ['node_modules', 'skipped', 'generated'],
      ['photo.png', 'skipped', 'unsupported-format'],
    ])
    const { sequence } = await engine.ask('library.status', {})
    const second = await engine.importPaths(root)
    expect(second.counts).toEqual({ added: 0, updated: 0, unchanged: 2, skipped: 4, failed: 1 })
    expect(reasons(await itemsOf(engine, second))).toEqual(told)
    // The one that failed was tried again; nothing else was written
    expect((await engine.ask('library.status', {})).sequence).toBeLessThanOrEqual(sequence + 1)
  })

  it('takes up what changed and keeps tags, star and read mark', async () => {
    const engine = await open(withoutMeaning)
    const root = write(folder('files'), { 'note.md': '# Fennel\n\nSow it in May.', 'other.md': essay('Slate') })
    await engine.importPaths(root)
    const id = await engine.idOf('Fennel')
    await engine.ask('documents.update', { ids: [id], addTags: ['garden'], isStarred: true, isRead: true })
    write(root, { 'note.md': '# Fennel\n\nSow it in June, after the frost.' })
    touch(join(root, 'note.md'), 5)
    const job = await engine.importPaths(root)
    expect(job.counts).toMatchObject({ added: 0, updated: 1, unchanged: 1 })
    const after = await engine.ask('documents.get', { id })
    expect(after).toMatchObject({ title: 'Fennel', tags: ['garden'], isStarred: true })
    expect(after.readAt).not.toBeNull()
    expect(after.text).toContain('June')
    await until('the new words are found', async () => {
      const { hits } = await engine.ask('search.query', { text: 'June', mode: 'keyword' })
      return hits[0]?.documentId === id ? true : undefined
    })
    expect((await engine.ask('search.query', { text: '"in May"', mode: 'keyword' })).hits).toEqual([])
  })

  it('sees that a file was only touched', async () => {
    const engine = await open(withoutMeaning)
    const root = write(folder('files'), { 'note.md': essay('Fennel') })
    await engine.importPaths(root)
    touch(join(root, 'note.md'), 60)
    expect((await engine.importPaths(root)).counts).toMatchObject({ unchanged: 1, updated: 0 })
    // Its new time is noted: the next time it is not even read
    const { sequence } = await engine.ask('library.status', {})
    expect((await engine.importPaths(root)).counts).toMatchObject({ unchanged: 1 })
    expect((await engine.ask('library.status', {})).sequence).toBe(sequence)
  })
})

describe('where a document lies', () => {
  it('is two places for one document when two files have the same content', async () => {
    const engine = await open(withoutMeaning)
    const root = write(folder('files'), { 'a/one.md': essay('Fennel'), 'b/two.md': essay('Fennel') })
    const job = await engine.importPaths(root)
    expect(job.counts).toMatchObject({ added: 1, unchanged: 1 })
    const [document] = [...(await engine.documents()).values()]
    const { sources } = await engine.ask('documents.get', { id: document!.id })
    expect(sources.map(({ location }) => location.slice(root.length)).toSorted()).toEqual(['/a/one.md', '/b/two.md'])
    write(root, { 'b/two.md': essay('Granite') })
    touch(join(root, 'b/two.md'), 5)
    expect((await engine.importPaths(root)).counts).toMatchObject({ updated: 1, unchanged: 1 })
    expect((await engine.documents()).size).toBe(2)
  })

  it('is the new place as well when a file was moved, with what the person made of it', async () => {
    const engine = await open(withoutMeaning)
    const root = write(folder('files'), { 'inbox/note.md': essay('Fennel') })
    await engine.importPaths(root)
    const [before] = [...(await engine.documents()).values()]
    await engine.ask('documents.update', { ids: [before!.id], addTags: ['kept'], isStarred: true })
    mkdirSync(join(root, 'archive'))
    renameSync(join(root, 'inbox/note.md'), join(root, 'archive/moved.md'))
    expect((await engine.importPaths(root)).counts).toMatchObject({ added: 0, updated: 0, unchanged: 1 })
    const after = await engine.ask('documents.get', { id: before!.id })
    expect(after).toMatchObject({ tags: ['kept'], isStarred: true })
    expect(after.sources.map(({ location }) => location.slice(root.length))).toContain('/archive/moved.md')
    expect((await engine.documents()).size).toBe(1)
  })
})

describe('uploads', () => {
  it('are known by their content, whatever their name', async () => {
    const engine = await open(withoutMeaning)
    expect((await importUploads(engine, ['notes/ferry.md', essay('The ferry')])).counts).toMatchObject({ added: 1 })
    expect((await importUploads(engine, ['ferry copy.md', essay('The ferry')])).counts).toMatchObject({ unchanged: 1 })
    expect((await importUploads(engine, ['notes/ferry.md', essay('The ferry')])).counts).toMatchObject({ unchanged: 1 })
    const [document] = [...(await engine.documents()).values()]
    const original = await engine.ask('documents.original', { id: document!.id })
    expect(original.name).toBe('ferry.md')
  })

  it('of one name are versions of one document when their texts have much in common', async () => {
    const engine = await open(withoutMeaning)
    await importUploads(engine, ['plan.md', `${essay('The ferry')} First draft.`])
    expect((await importUploads(engine, ['plan.md', `${essay('The ferry')} Second draft.`])).counts).toMatchObject({ updated: 1 })
    expect((await engine.documents()).size).toBe(1)
  })

  it('of one name are two documents when their texts have little in common, also within one import', async () => {
    const engine = await open(withoutMeaning)
    const texts = [
      'The ferry leaves at seven from the northern pier, unless the wind has turned.',
      'Uncle Karl asked for the pink tablecloths and the good chairs, and a cake without nuts.',
      'Granite cools slowly under other rock; that is why its crystals can be seen.',
    ]
    const files = texts.map((text) => ['notes.md', text] as const)
    const job = await importUploads(engine, ...files)
    expect(job.counts).toMatchObject({ added: 3, updated: 0, failed: 0 })
    const stored = []
    for (const { id } of (await engine.ask('documents.list', {})).rows)
      stored.push((await engine.ask('documents.get', { id })).text)
    expect(stored.toSorted()).toEqual(texts.toSorted())
    expect((await importUploads(engine, ...files)).counts).toMatchObject({ added: 0, updated: 0, unchanged: 3 })
    expect((await engine.ask('library.status', {})).documents).toBe(3)
  })

  it('that could not be read keep their bytes, so that they can be read again', async () => {
    const engine = await open(withoutMeaning)
    const job = await importUploads(engine, ['letter.pdf', '%PDF-1.7\nbroken'])
    expect(job.counts).toMatchObject({ failed: 1 })
    const [item] = await itemsOf(engine, job)
    const { jobId } = await engine.ask('documents.reindex', { ids: [item!.documentId!] })
    const again = await engine.job(jobId)
    expect((await itemsOf(engine, again)).map(({ reason }) => reason.code)).toEqual(['damaged-file'])
    expect((await engine.ask('documents.original', { id: item!.documentId! })).name).toBe('letter.pdf')
  })

  it('are refused when their bytes never came', async () => {
    const engine = await open(withoutMeaning)
    const error = await engine.refusal('documents.import', {
      sources: [{ type: 'upload', uploadId: 'a'.repeat(64), name: 'x.md' }],
    })
    expect(error).toMatchObject({ code: 'not-found', advice: 'Send the file again' })
  })
})

describe('the trash', () => {
  it('keeps what was put into it when its folder is imported, and gives it back when the file itself is named', async () => {
    const engine = await open(withoutMeaning)
    const root = write(folder('files'), { 'note.md': essay('Fennel'), 'other.md': essay('Granite') })
    await engine.importPaths(root)
    const note = [...(await engine.documents()).values()].find(({ source }) => source.location.endsWith('note.md'))!
    await engine.ask('documents.trash', { ids: [note.id] })
    expect((await engine.importPaths(root)).counts).toMatchObject({ unchanged: 2 })
    expect((await engine.documents()).size).toBe(1)
    write(root, { 'note.md': `${essay('Fennel')} Changed.` })
    touch(join(root, 'note.md'), 5)
    await engine.importPaths(root)
    expect((await engine.documents()).size).toBe(1)
    expect((await engine.importPaths(join(root, 'note.md'))).counts).toMatchObject({ updated: 1 })
    const back = await engine.ask('documents.get', { id: note.id })
    expect(back.trashedAt).toBeNull()
    expect(back.text).toContain('Changed')
  })
})

describe('the sample library', () => {
  it('comes and goes, and leaves everything else as it was', async () => {
    const sample = write(folder('sample'), {
      'notes/a.md': essay('Fennel'),
      'notes/b.md': essay('Granite'),
      'c.md': essay('Slate'),
    })
    const engine = await open({ ...withoutMeaning, sampleFolder: sample })
    // The same text is a file of the person's as well
    const own = write(folder('files'), { 'own.md': essay('Slate'), 'mine.md': essay('Basalt') })
    await engine.importPaths(own)
    const { jobId } = await engine.ask('sample.add', {})
    expect((await engine.job(jobId)).counts).toMatchObject({ added: 2, unchanged: 1 })
    expect((await engine.ask('library.status', {})).hasSample).toBe(true)
    expect((await engine.documents()).size).toBe(4)
    expect(await engine.ask('sample.remove', {})).toEqual({ removed: 2 })
    const left = [...(await engine.documents()).values()].map(({ source }) => source.location.slice(own.length + 1)).toSorted()
    expect(left).toEqual(['mine.md', 'own.md'])
    expect(await engine.ask('library.status', {})).toMatchObject({ hasSample: false, trashed: 0 })
    expect(await engine.ask('sample.remove', {})).toEqual({ removed: 0 })
    const again = await engine.ask('sample.add', {})
    expect((await engine.job(again.jobId)).counts).toMatchObject({ added: 2, unchanged: 1 })
  })
})

describe('what a file says of itself', () => {
  it('is taken over from the front matter: title, tags, author, date', async () => {
    const engine = await open(withoutMeaning)
    const root = write(folder('files'), {
      'note.md': '---\ntitle: On fennel\ntags: [garden, bulbs]\nauthor: Ida Brandt\ndate: 2024-05-06\n---\n\nSow it in May.',
    })
    await engine.importPaths(root)
    const document = await engine.document('On fennel')
    expect(document).toMatchObject({ author: 'Ida Brandt', publishedAt: '2024-05-06', kind: 'note' })
    expect(document.tags.toSorted()).toEqual(['bulbs', 'garden'])
    expect(document.text).not.toContain('title:')
    expect((await engine.ask('documents.list', { filter: { tags: ['garden'] } })).total).toBe(1)
  })

  it('is its date of change where it names none', async () => {
    const engine = await open(withoutMeaning)
    const root = write(folder('files'), { 'note.txt': essay('Fennel') })
    utimesSync(join(root, 'note.txt'), new Date(), new Date('2021-03-04T05:06:07Z'))
    await engine.importPaths(root)
    const [document] = [...(await engine.documents()).values()]
    expect(document!.publishedAt).toBe('2021-03-04T05:06:07.000Z')
    expect((await engine.ask('search.query', { text: 'after:2021-03-04 before:2021-03-05' })).total).toBe(1)
    expect((await engine.ask('search.query', { text: 'after:2021-03-05' })).total).toBe(0)
  })
})

describe('what cannot be read', () => {
  it('fails when the person named it, and is passed over in a folder', async () => {
    const engine = await open(withoutMeaning)
    const root = write(folder('files'), { 'tune.mid': 'MThd\u0000\u0000\u0000\u0006' })
    const inFolder = await engine.importPaths(root)
    expect(inFolder.counts).toMatchObject({ skipped: 1, failed: 0 })
    expect((await engine.ask('library.status', {})).documents).toBe(0)
    const named = await engine.importPaths(join(root, 'tune.mid'))
    expect(named.counts).toMatchObject({ skipped: 0, failed: 1 })
    expect((await engine.ask('library.status', {})).failed).toBe(1)
    const [item] = await itemsOf(engine, named)
    expect(item).toMatchObject({ outcome: 'failed', canRetry: true, reason: { code: 'unsupported-format' } })
    expect(item!.reason.advice).not.toBeNull()
  })

  it('is tried again by Retry, all of it once, and no more by the job that is tried again', async () => {
    const engine = await open(withoutMeaning)
    const root = write(folder('files'), { 'a.pdf': '%PDF-1.7\nbroken', 'b.pdf': '%PDF-1.7\nbroken too', 'c.md': essay('Fennel') })
    const job = await engine.importPaths(root)
    expect(job.counts).toMatchObject({ added: 1, failed: 2 })
    copyFileSync(join(root, 'c.md'), join(root, 'a.pdf'))
    writeFileSync(join(root, 'a.pdf'), '%PDF-1.7\nstill broken, but otherwise')
    rmSync(join(root, 'b.pdf'))
    const { jobId } = await engine.ask('jobs.retry', { id: job.id })
    const again = await engine.job(jobId)
    expect(again).toMatchObject({ state: 'done', total: 2, counts: { failed: 2 } })
    expect((await itemsOf(engine, again)).map(({ reason }) => reason.code).toSorted()).toEqual(['damaged-file', 'file-not-found'])
    const [first] = await itemsOf(engine, again)
    const one = await engine.ask('jobs.retry', { id: jobId, items: [first!.id] })
    expect((await engine.job(one.jobId)).total).toBe(1)
    expect((await engine.refusal('jobs.retry', { id: one.jobId + 1 })).code).toBe('not-found')
  })

  it('of the sample is tried again one by one, not with all the others', async () => {
    const sample = write(folder('sample'), {
      'a.pdf': '%PDF-1.7\nbroken',
      'b.pdf': '%PDF-1.7\nbroken too',
      'c.md': essay('Fennel'),
    })
    const engine = await open({ ...withoutMeaning, sampleFolder: sample })
    const job = await engine.job((await engine.ask('sample.add', {})).jobId)
    expect(job.counts).toMatchObject({ added: 1, failed: 2 })
    const again = await engine.job((await engine.ask('jobs.retry', { id: job.id })).jobId)
    expect(again).toMatchObject({ total: 2, counts: { failed: 2 } })
  })
})

describe('reading an item again', () => {
  it('takes up what changed in the original though its size and time are the same', async () => {
    const engine = await open(withoutMeaning)
    const root = write(folder('files'), { 'note.md': '# Fennel\n\nSow it in May.' })
    const then = new Date('2024-05-06T07:08:09Z')
    utimesSync(join(root, 'note.md'), then, then)
    await engine.importPaths(root)
    const id = await engine.idOf('Fennel')
    write(root, { 'note.md': '# Fennel\n\nSow it in Jul.' })
    utimesSync(join(root, 'note.md'), then, then)
    expect((await engine.importPaths(root)).counts).toMatchObject({ unchanged: 1 })
    const { jobId } = await engine.ask('documents.reindex', { ids: [id] })
    expect((await engine.job(jobId)).counts).toMatchObject({ updated: 1 })
    expect((await engine.ask('documents.get', { id })).text).toContain('Jul')
  })

  it('reads the second place when the first is gone', async () => {
    const engine = await open(withoutMeaning)
    const root = write(folder('files'), { 'a/one.md': essay('Fennel'), 'b/two.md': essay('Fennel') })
    await engine.importPaths(root)
    rmSync(join(root, 'a/one.md'))
    const [document] = [...(await engine.documents()).values()]
    const { jobId } = await engine.ask('documents.reindex', { ids: [document!.id] })
    expect((await engine.job(jobId)).counts).toMatchObject({ failed: 0, updated: 1 })
  })

  it('keeps the stored text when the original is gone, and says so', async () => {
    const engine = await open(withoutMeaning)
    const root = write(folder('files'), { 'one.md': essay('Fennel') })
    await engine.importPaths(root)
    rmSync(join(root, 'one.md'))
    const [document] = [...(await engine.documents()).values()]
    const job = await engine.job((await engine.ask('documents.reindex', { ids: [document!.id] })).jobId)
    expect(job.counts).toMatchObject({ failed: 1 })
    const [item] = await itemsOf(engine, job)
    expect(item).toMatchObject({ documentId: document!.id, reason: { code: 'file-not-found' } })
    expect((await engine.ask('documents.get', { id: document!.id })).text).toBe(essay('Fennel'))
  })

  it('embeds a text without an original anew', async () => {
    const engine = await open()
    await engine.importTexts({ Fennel: essay('Fennel') })
    await engine.settled()
    const id = await engine.idOf('Fennel')
    const before = (await engine.ask('jobs.list', {})).jobs.filter(({ kind }) => kind === 'embed').length
    const job = await engine.job((await engine.ask('documents.reindex', { ids: [id] })).jobId)
    expect(job).toMatchObject({ state: 'done', completed: 1, total: 1 })
    await engine.settled()
    const { jobs } = await engine.ask('jobs.list', {})
    expect(jobs.filter(({ kind }) => kind === 'embed').length).toBe(before + 1)
    expect((await engine.ask('documents.get', { id })).status).toBe('indexed')
  })
})

describe('texts made by a caller', () => {
  it('replace what has the same id, and are told apart by it', async () => {
    const engine = await open(withoutMeaning)
    await engine.importTexts({ One: 'Fennel and thyme', Two: 'Granite and slate' })
    const id = await engine.idOf('One')
    expect((await engine.importTexts({ One: 'Fennel, thyme and sage' })).counts).toMatchObject({ updated: 1 })
    expect((await engine.ask('documents.get', { id })).text).toBe('Fennel, thyme and sage')
    expect((await engine.documents()).size).toBe(2)
  })

  it('take kind, author, date and tags from the caller', async () => {
    const engine = await open(withoutMeaning)
    const { jobId } = await engine.ask('documents.import', {
      sources: [
        {
          type: 'text',
          externalId: 'x',
          title: 'A talk',
          text: '<h1>Hello</h1><p>All about <b>fennel</b></p>',
          mediaType: 'text/html',
          kind: 'chat',
          author: 'Ida',
          publishedAt: '2023-02-01',
          tags: ['talk'],
          label: 'Chats',
        },
      ],
    })
    await engine.job(jobId)
    const document = await engine.document('A talk')
    expect(document).toMatchObject({
      kind: 'chat',
      author: 'Ida',
      publishedAt: '2023-02-01',
      tags: ['talk'],
      mediaType: 'text/html',
    })
    expect(document.source).toMatchObject({ type: 'inline', location: 'x', label: 'Chats' })
    expect(document.text).not.toContain('<')
  })
})
