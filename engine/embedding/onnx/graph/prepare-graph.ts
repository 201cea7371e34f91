import { createHash } from 'node:crypto'
import { copyFile, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, normalize } from 'node:path'
import { AkinError, isCode } from '../../../../shared/errors.ts'
import { syncFolder } from '../../../platform/fsync.ts'
import { sha256 } from '../../../platform/hash.ts'
import { sha256OfFile } from '../model-files.ts'
import { exposeHiddenState } from './expose-hidden-state.ts'
import { decodeModel, encodeModel, type Graph, type OnnxModelFile } from './onnx-graph.ts'
import type { Parts } from './wire.ts'

export interface PrepareOptions {
  /** The model's file as it was downloaded or found. */
  readonly file: string
  /** Where a changed file is written, with whatever data it needs beside it. */
  readonly folder: string
  /** Width of the hidden states by the model's config, where it is known. */
  readonly dimension?: number
}

export interface PreparedGraph {
  /** The file to load: the given one, or a changed one in the folder. */
  readonly file: string
  readonly sha256: string
  readonly isChanged: boolean
  /** SHA-256 of the given file: names the space, since the change alters no vector. */
  readonly sourceSha256: string
  /** Files that hold weights beside the file, by their names as the file gives them. */
  readonly externalData: readonly { readonly file: string; readonly sha256: string }[]
  readonly outputs: readonly string[]
}

/**
 * Makes a model file ready to give vectors: text-generation models are changed so that they show their hidden states, all
 * others are left alone. Takes about twice the file's size in memory for the time of it.
 *
 * @throws AkinError `model-missing`, `model-damaged`, `model-failed` with the reason in words
 */
export async function prepareGraph({ file, folder, dimension }: PrepareOptions): Promise<PreparedGraph> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new AkinError('model-missing', `The model file ${basename(file)} could not be read`, { cause, details: { file } })
  })
  const model = decoded(bytes, file)
  const sourceSha256 = sha256(bytes)
  const changed = exposeHiddenState(model.graph, dimension)
  const graph = changed ?? model.graph
  if (changed === null) {
    const externalData = await hashesOf(dirname(file), externalFilesOf(graph))
    return { file, sha256: sourceSha256, isChanged: false, sourceSha256, externalData, outputs: namesOf(graph) }
  }
  await mkdir(folder, { recursive: true })
  const externalFiles = externalFilesOf(changed)
  for (const name of externalFiles) await bringAlong(join(dirname(file), name), join(folder, name))
  const target = join(folder, `${basename(file, '.onnx')}-hidden-state.onnx`)
  return {
    file: target,
    sha256: await writeParts(target, encodeModel(model, changed)),
    isChanged: true,
    sourceSha256,
    externalData: await hashesOf(folder, externalFiles),
    outputs: namesOf(changed),
  }
}

function decoded(bytes: Uint8Array, file: string): OnnxModelFile {
  try {
    return decodeModel(bytes)
  } catch (cause) {
    throw new AkinError('model-damaged', `${basename(file)} is no ONNX model, or a part of it is missing`, {
      advice: 'Download the model again',
      cause,
      details: { file },
    })
  }
}

function namesOf({ outputs }: Graph): string[] {
  return outputs.map(({ name }) => name)
}

/** @throws AkinError `model-damaged` when a file lies outside of the model's folder */
function externalFilesOf({ initializers }: Graph): string[] {
  const files = new Set(initializers.flatMap(({ externalFile }) => (externalFile === undefined ? [] : [externalFile])))
  for (const file of files) {
    if (/^([/\\]|[a-z]:)|(^|[/\\])\.\.([/\\]|$)/i.test(normalize(file)))
      throw new AkinError('model-damaged', 'The model asks for a file outside of its folder', { details: { file } })
  }
  return [...files]
}

async function hashesOf(folder: string, files: readonly string[]): Promise<PreparedGraph['externalData']> {
  const hashes = []
  for (const file of files) hashes.push({ file, sha256: await sha256OfFile(join(folder, file)) })
  return hashes
}

async function bringAlong(from: string, to: string): Promise<void> {
  if (from === to) return
  await mkdir(dirname(to), { recursive: true })
  await rm(to, { force: true })
  // A link takes no space; another disk, or a system without links, gets a copy
  await link(from, to).catch(() => copyFile(from, to))
}

/** Writes a file whole or not at all; gives its SHA-256. */
async function writeParts(file: string, parts: Parts): Promise<string> {
  const temporary = `${file}.tmp-${process.pid}`
  const hash = createHash('sha256')
  const handle = await open(temporary, 'w', 0o600)
  try {
    for (const part of parts) {
      hash.update(part)
      await handle.writeFile(part)
    }
    await handle.sync()
  } catch (error) {
    await handle.close()
    await rm(temporary, { force: true })
    throw writeFailure(error)
  }
  await handle.close()
  await rename(temporary, file)
  syncFolder(dirname(file))
  return hash.digest('hex')
}

function writeFailure(error: unknown): unknown {
  if (isCode(error) || !(error instanceof Error) || !('code' in error) || error.code !== 'ENOSPC') return error
  return new AkinError('disk-full', 'There is no room on the disk for the changed model file', { cause: error })
}
