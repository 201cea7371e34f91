import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AkinError } from '../../shared/errors.ts'
import { syncFolder } from '../platform/fsync.ts'
import type { CatalogueFile } from './catalogue-entry.ts'
import type { DownloadNotes } from './download-notes.ts'
import type { HubAnswer, HubClient, HubFile } from './hub-client.ts'
import { hubError, needsImport } from './hub-errors.ts'
import type { ManifestFile } from './manifest.ts'
import { diskError, hashFile, megabytes } from './model-files.ts'

export interface FileDownload {
  readonly client: HubClient
  readonly file: CatalogueFile
  readonly at: HubFile
  /** Where the model is gathered; the file gets its own path below it. */
  readonly folder: string
  readonly notes: DownloadNotes
  /** Told how much of the file is here, and how long it is as far as known. */
  readonly onBytes: (bytes: number, total: number | null) => void
  /** True when the hub has answered in this run: a connection that fails then is worth trying again. */
  readonly hasAnswered: () => boolean
  readonly signal: AbortSignal
}

/** So much may have to be fetched again after a power cut, where no hash is known beforehand. */
const syncEveryBytes = 8 * 1024 * 1024

/** A file without a known length ends here: no more is written than a few times what it should be. */
const leastLimitBytes = 64 * 1024 * 1024

/** The file while it is incomplete. */
export function partOf(folder: string, path: string): string {
  return join(folder, `${path}.part`)
}

/** How much of a file is here. */
export function receivedBytes(folder: string, path: string): number {
  const size = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return size(join(folder, path)) || size(partOf(folder, path))
}

/**
 * Fetches one file to its place: goes on where a part of it is here, tries again what may pass, compares the hash.
 *
 * @throws AkinError `offline`, `timeout`, `not-found`, `not-allowed`, `blocked-address`, `rate-limited`, `tls-failed`, `remote-failed`, `disk-full`,
 *   `damaged-file` when what came is not the file: it is then deleted
 */
export async function downloadFile(download: FileDownload): Promise<ManifestFile> {
  const { file, folder, notes } = download
  const done = notes.done(file.path)
  if (done !== null && statSync(join(folder, file.path), { throwIfNoEntry: false })?.size === done.bytes) return done
  mkdirSync(dirname(join(folder, file.path)), { recursive: true, mode: 0o700 })
  await receiveAll(download)
  return finish(download)
}

async function receiveAll(download: FileDownload): Promise<void> {
  const { client, signal, folder, file } = download
  const { retryMs, longestWaitMs } = client.timings
  for (let failures = 0; ;) {
    const before = receivedBytes(folder, file.path)
    try {
      return await receive(download)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof AkinError) || !error.retryable || error.code === 'disk-full') throw error
      if (error.code === 'offline' && !download.hasAnswered()) throw error
      if (receivedBytes(folder, file.path) > before) failures = 0
      const waitMs = Math.max(retryMs[Math.min(failures, retryMs.length - 1)] ?? 0, askedWait(error))
      if (++failures > retryMs.length || waitMs > longestWaitMs) throw error
      await sleep(waitMs, undefined, { signal })
    }
  }
}

function askedWait(error: AkinError): number {
  const asked = error.details?.['retryAfterMs']
  return typeof asked === 'number' ? asked : 0
}

/** Asks once for what is missing, and writes what comes. */
async function receive(download: FileDownload): Promise<void> {
  const { client, file, at, folder, notes, signal } = download
  const part = partOf(folder, file.path)
  const has = usableBytes(download)
  if (has > 0 && has === (file.bytes ?? notes.of(file.path).bytes)) return
  let answer: HubAnswer
  try {
    answer = await client.get(at, { bytes: has, etag: notes.of(file.path).etag }, signal)
  } catch (error) {
    // The rest that was asked for is beyond the end: what is here belongs to another file
    if (error instanceof AkinError && error.details?.['status'] === 416) startOver(download)
    throw error
  }
  try {
    agree(download, answer, has)
    await write(download, answer, part)
  } finally {
    answer.body.on('error', () => undefined)
    answer.body.destroy()
  }
}

/** How much of the part file can be built on; the rest of it is cut off. */
function usableBytes({ file, folder, notes }: FileDownload): number {
  const part = partOf(folder, file.path)
  const size = statSync(part, { throwIfNoEntry: false })?.size ?? 0
  const note = notes.of(file.path)
  // A hash will tell whether all of it is right; without one only what was synced is trusted, and only with a tag
  if ((file.sha256 ?? note.sha256) !== null) return size
  return note.etag === null ? 0 : Math.min(size, note.syncedBytes)
}

function startOver({ file, folder, notes }: FileDownload): void {
  rmSync(partOf(folder, file.path), { force: true })
  notes.forget(file.path)
}

/** @throws AkinError `damaged-file` when the hub has another file than the one wanted, `remote-failed` to start over */
function agree(download: FileDownload, answer: HubAnswer, has: number): void {
  const { file, notes, client, at } = download
  const other = (what: string): AkinError =>
    new AkinError(
      'damaged-file',
      `${client.hub.host} has another ${file.path} than the one that belongs to this model: ${what}`,
      {
        advice: `Nothing was kept of it. Choose another hub in Settings, or tell the makers of Akin. ${needsImport}`,
        details: { path: file.path, repository: at.repository },
      },
    )
  if (file.bytes !== null && answer.totalBytes !== null && file.bytes !== answer.totalBytes) {
    throw other(`${answer.totalBytes} bytes instead of ${file.bytes}`)
  }
  if (file.sha256 !== null && answer.sha256 !== null && file.sha256 !== answer.sha256) throw other('its SHA-256 differs')
  const note = notes.of(file.path)
  const isChanged = note.sha256 !== null && answer.sha256 !== null && note.sha256 !== answer.sha256
  if (answer.start > has || (isChanged && answer.start > 0)) {
    startOver(download)
    throw new AkinError('remote-failed', `${file.path} was changed at the hub meanwhile`, { retryable: true })
  }
  notes.change(file.path, { etag: answer.etag, sha256: answer.sha256, bytes: answer.totalBytes }, answer.commit)
}

async function write(download: FileDownload, answer: HubAnswer, part: string): Promise<void> {
  const { file, folder, notes, client, at, signal, onBytes } = download
  const isHashKnown = (file.sha256 ?? answer.sha256) !== null
  const limit = answer.totalBytes ?? file.bytes ?? Math.max(leastLimitBytes, 3 * (file.aboutBytes ?? 0))
  let position = answer.start
  let synced = position
  const handle = await openPart(part, position).catch((error: unknown) => {
    throw diskError(error, folder, null)
  })
  const sync = async (): Promise<void> => {
    await handle.datasync()
    synced = position
    if (!isHashKnown) notes.change(file.path, { syncedBytes: synced })
  }
  try {
    onBytes(position, answer.totalBytes)
    for await (const chunk of readBody(answer, client.hub.host, at.path)) {
      signal.throwIfAborted()
      if (position + chunk.length > limit) throw tooLong(client.hub.host, file.path, limit)
      await writeFully(handle, chunk, position, { folder, name: file.path, missing: limit - position })
      position += chunk.length
      onBytes(position, answer.totalBytes)
      if (position - synced >= syncEveryBytes) await sync()
    }
  } finally {
    // Without room the notes cannot be written either; what is told is why the download stopped
    await sync().catch(() => undefined)
    await handle.close()
  }
  const total = answer.totalBytes ?? file.bytes
  if (total !== null && position < total) {
    throw hubError(new Error('the answer ended early'), { host: client.hub.host, path: file.path })
  }
}

async function openPart(part: string, position: number): Promise<FileHandle> {
  const handle = await open(part, statSync(part, { throwIfNoEntry: false }) === undefined ? 'w' : 'r+', 0o600)
  await handle.truncate(position)
  return handle
}

async function* readBody(answer: HubAnswer, host: string, path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of answer.body) yield chunk as Buffer
  } catch (error) {
    throw hubError(error, { host, path })
  }
}

async function writeFully(
  handle: FileHandle,
  chunk: Buffer,
  position: number,
  on: { folder: string; name: string; missing: number },
): Promise<void> {
  try {
    for (let written = 0; written < chunk.length;) {
      written += (await handle.write(chunk, written, chunk.length - written, position + written)).bytesWritten
    }
  } catch (error) {
    throw diskError(error, on.folder, { name: on.name, bytes: on.missing })
  }
}

function tooLong(host: string, path: string, limit: number): AkinError {
  return new AkinError('damaged-file', `${host} sends more than ${megabytes(limit)} for ${path}: this is not the file`, {
    advice: `Choose another hub in Settings. ${needsImport}`,
  })
}

/** Compares the hash and gives the file its name. */
async function finish(download: FileDownload): Promise<ManifestFile> {
  const { file, folder, notes, client, signal } = download
  const part = partOf(folder, file.path)
  const sha256 = await hashFile(part, signal)
  const { size: bytes } = statSync(part)
  const expected = file.sha256 ?? notes.of(file.path).sha256
  if ((expected !== null && sha256 !== expected) || (file.bytes !== null && bytes !== file.bytes)) {
    startOver(download)
    throw new AkinError(
      'damaged-file',
      `What ${client.hub.host} sent for ${file.path} is not that file: its check sum is wrong`,
      {
        advice: `It was deleted. Download the model again; if that fails too, choose another hub in Settings. ${needsImport}`,
        details: { path: file.path, expected, found: sha256, bytes },
      },
    )
  }
  renameSync(part, join(folder, file.path))
  syncFolder(dirname(part))
  notes.change(file.path, { done: { bytes, sha256 } })
  return { path: file.path, bytes, sha256 }
}
