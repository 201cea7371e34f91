import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AkinError } from '../../../shared/errors.ts'
import { readForImport } from '../../../engine/importing/read-file.ts'
import { walkFolder, type WalkEntry, type WalkOptions } from '../../../engine/importing/walk-folder.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'

const tempFolder = useTempFolders()
const isWindows = process.platform === 'win32'
const isRoot = process.getuid?.() === 0
if (isRoot) console.log('Not run: files without permission to read, since the tests run as root')

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown)
  return error instanceof AkinError ? error.code : 'no AkinError'
}

function put(folder: string, path: string, content = 'text'): string {
  const file = join(folder, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
  return file
}

describe('readForImport', () => {
  it('gives the bytes, their hash and how the file looked', async () => {
    const file = put(tempFolder(), 'a.txt', 'Größe')
    const { bytes, sha256, fingerprint } = await readForImport(file, { maxBytes: 100 })
    expect(Buffer.from(bytes).toString()).toBe('Größe')
    expect(sha256).toBe(createHash('sha256').update('Größe').digest('hex'))
    expect(fingerprint.sizeBytes).toBe(7)
    expect(Math.abs(fingerprint.modifiedAtMs - Date.now())).toBeLessThan(60_000)
  })

  it('reads a file of many steps whole', async () => {
    const content = Buffer.alloc(9_000_000, 'abcdefg')
    const file = join(tempFolder(), 'a.bin')
    writeFileSync(file, content)
    const { bytes } = await readForImport(file, { maxBytes: 10_000_000 })
    expect(content.equals(bytes)).toBe(true)
  })

  it('says in codes why a file cannot be read', async () => {
    const folder = tempFolder()
    const large = put(folder, 'large.txt')
    truncateSync(large, 200_000_000)
    const read = (path: string): Promise<string> => codeOf(readForImport(path, { maxBytes: 100_000_000 }))
    expect(await read(join(folder, 'none.txt'))).toBe('file-not-found')
    expect(await read(join(large, 'below'))).toBe('file-not-found')
    expect(await read(`${folder}/a\u0000b`)).toBe('file-not-found')
    expect(await read(put(folder, 'empty.txt', ''))).toBe('file-empty')
    expect(await read(large)).toBe('file-too-large')
    expect(await read(folder)).toBe('file-unreadable')
    expect(await read(join(folder, 'x'.repeat(5_000)))).toBe('file-unreadable')
  })

  it.skipIf(isWindows)('does not wait for a pipe or read a device', async () => {
    const pipe = join(tempFolder(), 'pipe.txt')
    execFileSync('mkfifo', [pipe])
    expect(await codeOf(readForImport(pipe, { maxBytes: 100 }))).toBe('file-unreadable')
    expect(await codeOf(readForImport('/dev/zero', { maxBytes: 100 }))).toBe('file-unreadable')
  })

  it.skipIf(isWindows || isRoot)('says when reading is not allowed', async () => {
    const file = put(tempFolder(), 'a.txt')
    chmodSync(file, 0)
    expect(await codeOf(readForImport(file, { maxBytes: 100 }))).toBe('file-unreadable')
  })

  it('stops when it is given up', async () => {
    const file = put(tempFolder(), 'a.txt')
    expect(await codeOf(readForImport(file, { maxBytes: 100, signal: AbortSignal.abort() }))).toBe('cancelled')
  })
})

async function walked(root: string, options?: WalkOptions): Promise<{ files: string[]; skipped: Record<string, string> }> {
  const entries: WalkEntry[] = []
  for await (const entry of walkFolder(root, options)) entries.push(entry)
  const skipped = entries.filter((entry) => entry.type === 'skipped')
  return {
    files: entries.filter(({ type }) => type === 'file').map(({ relativePath }) => relativePath),
    skipped: Object.fromEntries(skipped.map(({ relativePath, reason }) => [relativePath, reason.code])),
  }
}

describe('walkFolder', () => {
  it('says what it passed by, and what can be done about it', async () => {
    const folder = tempFolder()
    for (const name of ['tree.png', 'notes.enex', 'talk.mp3']) put(folder, name)
    const reasons: Record<string, string> = {}
    for await (const entry of walkFolder(folder))
      if (entry.type === 'skipped') reasons[entry.relativePath] = `${entry.reason.message}. ${entry.reason.advice}`
    expect(reasons).toEqual({
      'tree.png': 'The file is a picture, which Akin does not read. Run a text recognition on it and import what it makes',
      'notes.enex': 'The file is a data file of a program, which Akin does not read. Export it as text and import that',
      'talk.mp3': 'The file is a sound recording, which Akin does not read. Import a transcript of it',
    })
  })

  it('gives files in a stable order, depth first, with size and time', async () => {
    const folder = tempFolder()
    for (const path of ['b/2.md', 'b/1.md', 'a.md', 'b/c/x.txt', 'd.pdf', 'README']) put(folder, path)
    expect((await walked(folder)).files).toEqual(['README', 'a.md', 'b/1.md', 'b/2.md', 'b/c/x.txt', 'd.pdf'])
    for await (const entry of walkFolder(folder)) {
      expect(entry).toMatchObject({ type: 'file', path: join(folder, entry.relativePath), fingerprint: { sizeBytes: 4 } })
    }
  })

  it('passes over what nobody wrote, once for each folder, and counts the reasons', async () => {
    const folder = tempFolder()
    const left = [
      '.git/config',
      '.hidden.md',
      'node_modules/x/a.md',
      '__pycache__/a.txt',
      'rust/target/a.txt',
      'envs/mine/pyvenv.cfg',
      'cache/CACHEDIR.TAG',
      '~$open.md',
      'a.tmp',
      'photo.JPG',
      'song.mp3',
      'a.docx',
    ]
    for (const path of [...left, 'rust/Cargo.toml', 'target/mine.md', 'envs/a.md']) put(folder, path)
    const counts = new Map<string, number>()
    const { files, skipped } = await walked(folder, { counts })
    expect(files).toEqual(['envs/a.md', 'rust/Cargo.toml', 'target/mine.md'])
    expect(skipped).toEqual({
      '.git': 'hidden',
      '.hidden.md': 'hidden',
      '__pycache__': 'generated',
      'a.docx': 'unsupported-format',
      'a.tmp': 'temporary',
      'cache': 'generated',
      'envs/mine': 'generated',
      'node_modules': 'generated',
      'photo.JPG': 'unsupported-format',
      'rust/target': 'generated',
      'song.mp3': 'unsupported-format',
      '~$open.md': 'temporary',
    })
    expect(Object.fromEntries(counts)).toEqual({ 'hidden': 2, 'generated': 5, 'unsupported-format': 3, 'temporary': 2 })
  })

  it('walks a folder that is hidden or generated when it is the one that was named', async () => {
    const folder = tempFolder()
    put(folder, '.notes/a.md')
    put(folder, 'node_modules/a.md')
    expect((await walked(join(folder, '.notes'))).files).toEqual(['a.md'])
    expect((await walked(join(folder, 'node_modules'))).files).toEqual(['a.md'])
  })

  it.skipIf(isWindows)('follows no link: loops end, nothing outside is read, nothing is read twice', async () => {
    const [folder, outside] = [tempFolder(), tempFolder()]
    put(folder, 'sub/a.md')
    put(outside, 'secret.md')
    symlinkSync(folder, join(folder, 'sub/loop'))
    symlinkSync(outside, join(folder, 'out'))
    symlinkSync(join(outside, 'secret.md'), join(folder, 'out.md'))
    symlinkSync(join(folder, 'sub/a.md'), join(folder, 'again.md'))
    symlinkSync(join(folder, 'gone.md'), join(folder, 'broken.md'))
    symlinkSync('self', join(folder, 'self'))
    const { files, skipped } = await walked(folder)
    expect(files).toEqual(['sub/a.md'])
    expect(Object.keys(skipped)).toEqual(['again.md', 'broken.md', 'out', 'out.md', 'self', 'sub/loop'])
    expect(new Set(Object.values(skipped))).toEqual(new Set(['link']))
  })

  it('walks a root that is itself a link', async () => {
    const [folder, links] = [tempFolder(), tempFolder()]
    put(folder, 'a.md')
    const link = join(links, 'link')
    symlinkSync(folder, link, 'junction')
    expect((await walked(link)).files).toEqual(['a.md'])
  })

  it.skipIf(isWindows)('passes over pipes and sockets', async () => {
    const folder = tempFolder()
    execFileSync('mkfifo', [join(folder, 'pipe.md')])
    const server = createServer().listen(join(folder, 'socket.md'))
    await new Promise((resolve) => server.once('listening', resolve))
    expect((await walked(folder)).skipped).toEqual({ 'pipe.md': 'special-file', 'socket.md': 'special-file' })
    server.close()
  })

  it.skipIf(isWindows)('bears any name', async () => {
    const folder = tempFolder()
    for (const name of [
      'new\nline.md',
      'tab\t.md',
      '日本語.md',
      '😀.md',
      ' spaces .md',
      '"quotes".md',
      '--flag.md',
      'e\u0301.md',
    ])
      put(folder, name)
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad`), Buffer.from([0xff, 0xfe]), Buffer.from('.md')]), 'text')
    const { files, skipped } = await walked(folder)
    expect(files).toHaveLength(8)
    expect(Object.values(skipped)).toEqual(['bad-name'])
  })

  it.skipIf(isWindows || isRoot)('goes on beside a folder that it may not read', async () => {
    const folder = tempFolder()
    put(folder, 'locked/a.md')
    put(folder, 'open/a.md')
    chmodSync(join(folder, 'locked'), 0)
    const { files, skipped } = await walked(folder)
    chmodSync(join(folder, 'locked'), 0o700)
    expect(files).toEqual(['open/a.md'])
    expect(skipped).toEqual({ locked: 'file-unreadable' })
  })

  it('says that a folder is not there', async () => {
    expect((await walked(join(tempFolder(), 'none'))).skipped).toEqual({ '': 'file-not-found' })
  })

  it('ends at a depth that nobody reaches by hand', async () => {
    const folder = tempFolder()
    put(folder, `${'d/'.repeat(150)}a.md`)
    const { files, skipped } = await walked(folder)
    expect(files).toEqual([])
    expect(Object.values(skipped)).toEqual(['too-deep'])
  })

  it('stops when it is given up and lets other work go on meanwhile', async () => {
    const folder = tempFolder()
    for (let index = 0; index < 500; index++) put(folder, `${index % 10}/${index}.md`)
    const controller = new AbortController()
    let ticks = 0
    const timer = setInterval(() => ticks++, 0)
    const found: string[] = []
    const walk = async (): Promise<void> => {
      for await (const { relativePath } of walkFolder(folder, { signal: controller.signal })) {
        found.push(relativePath)
        if (found.length === 200) controller.abort()
      }
    }
    expect(await codeOf(walk())).toBe('cancelled')
    clearInterval(timer)
    expect(found).toHaveLength(200)
    expect(ticks).toBeGreaterThan(0)
  })
})
