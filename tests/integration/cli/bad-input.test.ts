import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EngineProcess } from '../../harness/engine-process.ts'
import { akinEntry, jsonOf, type Ended } from '../../harness/terminal.ts'
import { column, makePdf } from '../importing/make-pdf.ts'
import { readOnlyView, smallDisk, whyNoMounts } from '../library/mounts.ts'
import { useTerminals, type Terminal } from './use-terminal.ts'

const terminal = useTerminals()
const noMounts = whyNoMounts()
if (noMounts !== undefined) console.log(`Skipped: full disks and read-only folders, since ${noMounts}`)

const megabyte = 1_000_000
const zipBomb = (): Buffer =>
  Buffer.concat([Buffer.from('504b030414000000080000', 'hex'), deflateRawSync(Buffer.alloc(50 * megabyte))])

const isRoot = process.getuid?.() === 0
/** The user “nobody”: root may read and write everything. */
const nobody = 65_534
const nobodyCan = isRoot && canRunAs(nobody)
const asNobody = nobodyCan ? { uid: nobody } : {}
const canForbid = process.platform !== 'win32' && (!isRoot || nobodyCan)
if (!canForbid) console.log('Skipped: files without permission, since the tests run as root and nobody else may read the code')
if (!nobodyCan) console.log('Skipped: the library of another user, since the tests may not become one')

function canRunAs(uid: number): boolean {
  const look = `require('node:fs').accessSync(${JSON.stringify(akinEntry)})`
  return spawnSync(process.execPath, ['-e', look], { uid, gid: uid }).status === 0
}

// A command waits for an Akin that is just opening or closing: meanwhile the others are tried
let engine: EngineProcess
let refused: Promise<Ended>
beforeAll(async () => {
  const at = terminal()
  engine = new EngineProcess(at.library)
  await engine.opened
  for (const name of ['engine.sock', 'engine.json']) rmSync(join(at.library, name))
  refused = at.akin('status')
})
afterAll(() => engine.close())

describe('files that cannot be read', () => {
  let at: Terminal
  beforeAll(() => {
    at = terminal()
    at.write({
      'good.md': '# Ferry\n\nThe ferry crosses the bay twice a day',
      'empty.txt': '',
      'large.txt': Buffer.alloc(200 * megabyte, 'words and words '),
      'bomb.pdf': zipBomb(),
      'locked.pdf': makePdf([column(['the secret'])], { password: 'pier' }),
      'two\nlines.txt': 'Granite cools slowly under other rock',
      'broken.txt': Buffer.concat([Buffer.from('Basalt, héllo wörld '.repeat(9)), Buffer.from([0xff, 0xfe, 0xc3, 0x28])]),
    })
    if (canForbid) {
      at.write({ 'secret.txt': 'Nobody may read this', 'closed/inner.txt': 'Nor this' })
      for (const name of ['secret.txt', 'closed']) chmodSync(join(at.files, name), 0o000)
    }
    if (nobodyCan) at.giveTo(nobody)
  })
  // What cannot be looked into cannot be removed
  afterAll(() => {
    if (canForbid) chmodSync(join(at.files, 'closed'), 0o700)
  })

  it('are each named with what happened and what to do; the rest is read, and the exit code is 3', async () => {
    const ended = await at.start(['import', 'files'], asNobody).ended
    expect(ended).toMatchObject({ code: 3, stderr: '' })
    const [head, ...lines] = ended.stdout.trimEnd().split('\n')
    expect(head).toMatch(/: 3 added, 0 updated, 0 unchanged, 2 skipped, [24] failed$/)
    const path = (name: string): string => join(at.files, name)
    expect(lines.toSorted()).toEqual(
      [
        `  skipped ${path('bomb.pdf')}: The file is an archive, which Akin does not read, though its name ends in .pdf. Unpack it and import the files inside`,
        `  ${path('large.txt')}: The file has 200 MB; the most that can be read is 100 MB. Split the file into parts and import those`,
        `  ${path('locked.pdf')}: The PDF is locked with a password. Save a copy without the password in a PDF program, then import that`,
        ...(canForbid
          ? [
              `  ${path('secret.txt')}: Akin may not read the file. Allow reading it in its properties, then retry`,
              `  ${path('closed')}: Akin may not read the folder. Allow reading it in its properties, then import it again`,
            ]
          : []),
        `  skipped ${path('empty.txt')}: The file is empty. Check whether it was saved, then import it again`,
      ].toSorted(),
    )
  })

  it('are told as JSON with their codes', async () => {
    const ended = await at.start(['import', 'files', '--json'], asNobody).ended
    expect(ended).toMatchObject({ code: 3, stderr: '' })
    const { job, items } = jsonOf(ended) as { job: object; items: { name: string; outcome: string; reason: { code: string } }[] }
    expect(job).toMatchObject({ state: 'done', counts: { added: 0, unchanged: 3, skipped: 2, failed: canForbid ? 4 : 2 } })
    expect(Object.fromEntries(items.map(({ name, outcome, reason }) => [name, `${outcome} ${reason.code}`]))).toEqual({
      'bomb.pdf': 'skipped unsupported-format',
      'large.txt': 'failed file-too-large',
      'locked.pdf': 'failed encrypted',
      ...(canForbid ? { 'secret.txt': 'failed file-unreadable', 'closed': 'failed file-unreadable' } : {}),
      'empty.txt': 'skipped file-empty',
    })
  })

  it('keep nothing else from being found', async () => {
    for (const text of ['ferry', 'granite', 'basalt']) {
      const ended = await at.start(['search', text, '--mode', 'keyword', '--json'], asNobody).ended
      expect(jsonOf(ended)).toMatchObject({ total: 1, searched: canForbid ? 7 : 6 })
    }
  })

  it('that are named themselves and hold nothing are no failure, but are told', async () => {
    const ended = await at.start(['import', 'files/empty.txt'], asNobody).ended
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toContain('empty.txt: The file is empty. Check whether it was saved, then import it again')
  })

  it('that are named themselves and are no text, or may not be looked into, are a failure', async () => {
    for (const name of ['bomb.pdf', ...(canForbid ? ['closed'] : [])]) {
      const ended = await at.start(['import', join('files', name)], asNobody).ended
      expect(ended).toMatchObject({ code: 3, stderr: '' })
      expect(ended.stdout).toMatch(/ 0 skipped, 1 failed\n {2}\//)
    }
  })

  it.each([
    { name: 'nowhere', message: 'There is no file or folder', advice: 'Check the spelling' },
    ...(canForbid
      ? [
          {
            name: 'files/closed/note.md',
            message: 'Akin may not look at',
            advice: 'Check that you may read it and its folder, then try again',
          },
        ]
      : []),
  ])('that cannot even be seen are refused by name: $name', async ({ name, message, advice }) => {
    const ended = await at.start(['import', name], asNobody).ended
    expect(ended.stdout).toBe('')
    expect(ended.stderr).toBe(`akin: ${message} ${join(at.root, name)}. ${advice}\n`)
    expect(ended.code).toBe(name === 'nowhere' ? 2 : 1)
  })
})

describe('queries that are wrong', () => {
  it.each([
    {
      command: 'search',
      query: 'ferry "twice a day',
      start: 6,
      end: 7,
      problem: 'unbalanced-quote',
      message: 'This quotation mark is not closed. Close it to look for the exact words, or take it away',
    },
    {
      command: 'search',
      query: 'ferry tga:garden bay',
      start: 6,
      end: 16,
      problem: 'unknown-filter',
      message: '“tga:” is not a filter. Did you mean tag:? To look for the words themselves, write "tga:garden"',
    },
    {
      command: 'list',
      query: 'after:yesterday',
      start: 0,
      end: 15,
      problem: 'bad-value',
      message: '“yesterday” is not a date. Write after:2025-03',
    },
  ])('are refused with the exact place, by $command: $query', async ({ command, query, start, end, problem, message }) => {
    const at = terminal()
    const asJson = await at.akin(command, query, '--json')
    expect(asJson.code).toBe(2)
    expect(jsonOf(asJson)).toEqual({
      error: {
        code: 'query-syntax',
        message,
        advice: 'Nothing was searched',
        details: { problem, query, start, end },
        retryable: false,
      },
    })
    const ended = await at.akin(command, query)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toBe(
      `akin: ${message}. Nothing was searched\n  ${query}\n  ${' '.repeat(start)}${'^'.repeat(end - start)}\n`,
    )
  })

  it('show the place of a problem in a long query, and not all of it', async () => {
    const at = terminal()
    const ended = await at.akin('search', `${'word '.repeat(500)}foo:bar${' word'.repeat(200)}`)
    const [, text, marks] = ended.stderr.split('\n')
    expect(text!.length).toBeLessThan(120)
    expect(text!.slice(marks!.indexOf('^'), marks!.lastIndexOf('^') + 1)).toBe('foo:bar')
  })

  it('are refused with their length and the limit when they have 100 kB', async () => {
    const at = terminal()
    const ended = await at.akin('search', 'ferry '.repeat(17_000))
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(/^akin: The query has 102,000 characters; up to 4,000 are read\. Shorten it\./)
  })
})

describe('a library that cannot be used', () => {
  it.skipIf(!nobodyCan)('is refused by its name when its folder is another user’s', async () => {
    const at = terminal()
    await at.akin('status')
    const ended = await at.start(['status'], { uid: nobody }).ended
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toBe(
      `akin: The library folder cannot be written: ${at.library}. Allow writing to it, or choose another with --library\n`,
    )
  })

  it('is refused when there is a file in its place', async () => {
    const at = terminal()
    writeFileSync(at.library, 'a file')
    const ended = await at.akin('status', '--json')
    expect(ended.code).toBe(2)
    expect(ended.stderr).toBe(
      `akin: There is a file where the library folder should be: ${at.library}. Choose another place with --library\n`,
    )
    expect(jsonOf(ended)).toMatchObject({ error: { code: 'bad-request' } })
  })

  it.skipIf(noMounts !== undefined)('is refused when it lies where nothing can be written', async () => {
    const at = terminal()
    await at.akin('status')
    const view = readOnlyView(at.library)
    try {
      const ended = await terminal({ library: view.folder }).akin('list')
      expect(ended).toMatchObject({ code: 1, stdout: '' })
      expect(ended.stderr).toContain(`The library folder cannot be written: ${view.folder}. `)
    } finally {
      view.remove()
    }
    expect((await at.akin('list')).code).toBe(0)
  })

  it('is refused, after a while, when an Akin has it that cannot be talked to', async () => {
    const ended = await refused
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toBe(
      'akin: Akin is already running with this library. Use the running one, or close it first; or choose another folder with --library\n',
    )
  })
})

describe.skipIf(noMounts !== undefined)('a disk that fills up during an import', () => {
  it('stops it with the reason and what to do, as text and as one line of JSON, and it goes on when there is room', async () => {
    // Room for the whole import: with the logs of both databases up to 10.5 MB were seen
    const disk = smallDisk(24)
    try {
      const at = terminal({ library: join(disk.folder, 'library') })
      const count = 40
      const text = 'so many words in this piece '.repeat(2_000)
      at.write(Object.fromEntries(Array.from({ length: count }, (_, i) => [`note-${i}.md`, `# Piece ${i}\n\n${text}`])))
      await at.akin('status')
      const filler = join(disk.folder, 'filler')
      const { bavail, bsize } = statfsSync(disk.folder)
      writeFileSync(filler, Buffer.alloc(bavail * bsize - 1.5 * megabyte))
      const ended = await at.akin('import', 'files', '--no-embed', '--json')
      expect(ended.code).toBe(1)
      expect(ended.stderr).toMatch(
        /^akin: The disk is full\. Free some space, then try again\. Nothing that was stored is lost\. To go on, run akin jobs resume \d+\n/,
      )
      const { job, status } = jsonOf(ended) as { job: { id: number; state: string }; status: { documents: number } }
      expect(jsonOf(ended)).toMatchObject({ error: { code: 'disk-full' } })
      expect(job.state).toBe('paused')
      expect(status.documents).toBeGreaterThan(0)
      rmSync(filler)
      const again = await at.akin('import', 'files', '--no-embed', '--json')
      expect(again).toMatchObject({ code: 0, stderr: '' })
      expect(jsonOf(again)).toMatchObject({ status: { documents: count, failed: 0 } })
    } finally {
      disk.remove()
    }
  })
})
