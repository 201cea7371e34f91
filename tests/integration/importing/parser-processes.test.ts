import { afterEach, describe, expect, it } from 'vitest'
import { AkinError } from '../../../shared/errors.ts'
import { ParserPool, type ParserPoolOptions } from '../../../engine/importing/parser-pool.ts'
import type { ParsedAndChunked, ParseInput } from '../../../engine/importing/parse-result.ts'
import { spawnWithNode } from '../../../engine/processes/node-spawn.ts'
import type { ServiceProcess } from '../../../engine/processes/service.ts'
import { column, makePdf } from './make-pdf.ts'
import { modelFolder, repository } from './paths.ts'

const pools: ParserPool[] = []
const started: ServiceProcess[] = []

function poolOf(options: Partial<ParserPoolOptions> = {}): ParserPool {
  const pool = new ParserPool({
    spawn: (name, spawnOptions) => {
      const process = spawnWithNode(name, spawnOptions)
      started.push(process)
      return process
    },
    modelFolder,
    readableFolders: [repository],
    ...options,
  })
  pools.push(pool)
  return pool
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
  started.length = 0
})

const fileOf = (content: string | Uint8Array, name: string, more: Partial<ParseInput> = {}): ParseInput => ({
  bytes: typeof content === 'string' ? Buffer.from(content) : content,
  name,
  ...more,
})

async function errorOf(promise: Promise<unknown>): Promise<AkinError> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown)
  if (error instanceof AkinError) return error
  throw new Error('It did not fail with an AkinError', { cause: error })
}

const ferry = 'The ferry came in late that night, and nobody was there to meet us at the pier.'

describe('parser processes', () => {
  it('read every format without access to files but the app and the model', async () => {
    const pool = poolOf()
    const files = [
      fileOf(`Notes on ferries\n\n${ferry}`, 'a.txt'),
      fileOf(`# Notes on ferries\n\n${ferry} #ferry\n\n<p>and <b>HTML</b></p>`, 'a.md'),
      fileOf(`<html><title>Notes on ferries</title><body><p>${ferry}</p></body></html>`, 'a.html'),
      fileOf(
        makePdf([column([ferry])], { info: { Title: 'Notes on ferries', Author: 'Ann', CreationDate: 'D:20240105103000Z' } }),
        'a.pdf',
      ),
    ]
    const documents: ParsedAndChunked[] = []
    for (const file of files) documents.push(await pool.parse(file))
    for (const document of documents) {
      expect(document).toMatchObject({ title: 'Notes on ferries', language: 'en' })
      expect(document.text).toContain(ferry)
      expect(document.chunks).toHaveLength(1)
      expect(document.wordCount).toBeGreaterThan(15)
    }
    expect(documents.map(({ kind }) => kind)).toEqual(['note', 'note', 'article', 'file'])
    expect(documents[3]).toMatchObject({
      author: 'Ann',
      publishedAt: '2024-01-05T10:30:00.000Z',
      content: { pages: [{ page: 1, start: 0 }] },
    })
    expect(started).toHaveLength(1)
  })

  it('pass on in plain words what cannot be read', async () => {
    const pool = poolOf()
    const cases = [
      [fileOf('', 'a.txt'), 'file-empty', 'The file is empty'],
      [fileOf(' \n ', 'a.txt'), 'no-text', 'There is no text in the file'],
      [
        fileOf('PK\u0003\u0004\u0014\u0000\u0000\u0000', 'a.pdf'),
        'unsupported-format',
        'The file is an archive, which Akin does not read, though its name ends in .pdf',
      ],
      [fileOf('%PDF-1.7\n1 0 obj\n<</Type', 'a.pdf'), 'damaged-file', 'The PDF is damaged'],
      [fileOf(makePdf([[]]), 'a.pdf'), 'no-text', 'The pages are pictures'],
      [fileOf(makePdf([column([ferry])], { password: 'pier' }), 'a.pdf'), 'encrypted', 'The PDF is locked with a password'],
      [
        fileOf(makePdf([column([ferry])], { password: 'pier' }), 'a.pdf', { password: 'harbour' }),
        'encrypted',
        'The password is not the right one',
      ],
    ] as const
    for (const [file, code, message] of cases) {
      const error = await errorOf(pool.parse(file))
      expect([error.code, error.message]).toEqual([code, message])
      expect(error.advice).toBeTruthy()
    }
  })

  it('say that they could not be started when the model is not there', async () => {
    const error = await errorOf(poolOf({ modelFolder: `${repository}/no-such-model` }).parse(fileOf(ferry, 'a.txt')))
    expect([error.code, error.message]).toEqual(['parser-crashed', 'The reader could not be started'])
    expect(String(error.details?.['lastWords'])).toContain('no-such-model')
  })

  it('may not read the files of the computer', async () => {
    const error = await errorOf(
      poolOf({ readableFolders: [`${repository}/engine`, `${repository}/shared`, `${repository}/node_modules`] }).parse(
        fileOf(ferry, 'a.txt'),
      ),
    )
    expect(String(error.details?.['lastWords'])).toContain('Access to this API has been restricted')
  })

  it('open a locked PDF with its password', async () => {
    const { text } = await poolOf().parse(fileOf(makePdf([column([ferry])], { password: 'pier' }), 'a.pdf', { password: 'pier' }))
    expect(text).toBe(ferry)
  })

  it('are killed when a file takes too long, and the next file is read', async () => {
    const pool = poolOf()
    await pool.parse(fileOf(ferry, 'a.txt'))
    const large = fileOf('word '.repeat(1_900_000), 'a.txt')
    expect((await errorOf(pool.parse(large, { timeoutMs: 20 }))).code).toBe('parser-timeout')
    expect((await pool.parse(fileOf(ferry, 'a.txt'))).text).toBe(ferry)
    expect(started).toHaveLength(2)
  })

  it('are killed when a file takes too much memory', async () => {
    const pool = poolOf({ limits: { maxResidentBytes: 150e6 } })
    const large = fileOf(`${ferry}\n\n`.repeat(110_000), 'a.txt')
    expect((await errorOf(pool.parse(large))).code).toBe('parser-memory')
  })

  it('that run into the limit of their heap say so', async () => {
    const pool = poolOf({ heapLimitMb: 40 })
    const large = fileOf(`${ferry}\n\n`.repeat(110_000), 'a.txt')
    expect((await errorOf(pool.parse(large))).code).toBe('parser-memory')
  })

  it('that are killed from outside are started once more for the same file', async () => {
    const pool = poolOf()
    await pool.parse(fileOf(ferry, 'a.txt'))
    const reading = pool.parse(fileOf('word '.repeat(1_900_000), 'a.txt'))
    setTimeout(() => started[0]!.kill(), 50)
    expect((await reading).wordCount).toBe(1_900_000)
    expect(started).toHaveLength(2)
  })

  it('end at once when a call is given up', async () => {
    const pool = poolOf()
    const controller = new AbortController()
    const reading = pool.parse(fileOf('word '.repeat(1_900_000), 'a.txt'), { signal: controller.signal })
    setTimeout(() => controller.abort(), 50)
    expect((await errorOf(reading)).code).toBe('cancelled')
  })

  it('end when nothing is left to do', async () => {
    const pool = poolOf({ idleMs: 100 })
    await pool.parse(fileOf(ferry, 'a.txt'))
    const ended = new Promise<void>((resolve) => {
      started[0]!.onExit(() => resolve())
    })
    await ended
    expect(await started[0]!.residentBytes()).toBeNull()
  })
})
