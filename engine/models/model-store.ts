import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AkinError, isCode, toWireError } from '../../shared/errors.ts'
import type { Reason } from '../../shared/model/document.ts'
import { ModelId, type EmbeddingModel } from '../../shared/model/embedding-model.ts'
import type { ModelSpec } from '../embedding/model-spec.ts'
import { fsyncFile, syncFolder } from '../platform/fsync.ts'
import { filesOf, modelIdOf, type CatalogueEntry } from './catalogue-entry.ts'
import { notesName } from './download-notes.ts'
import {
  changed,
  checkSizes,
  manifestName,
  readManifest,
  writeManifest,
  type ManifestFile,
  type ModelFacts,
  type ModelManifest,
} from './manifest.ts'
import { bytesBelow, diskError, filesBelow, hashFile } from './model-files.ts'
import { describeBuiltIn, describeEntry, describeInstalled, describeUnusable, type BuiltInModel } from './describe-model.ts'

export interface ModelStoreOptions {
  /** The library's folder: the models lie in `models/` below it. Only its one writer may have a store. */
  readonly folder: string
  readonly catalogue: readonly CatalogueEntry[]
  readonly builtIn: BuiltInModel
  readonly now?: () => Date
}

/** A model ready for the loader, which still compares the hashes of its files. */
export interface OpenedModel {
  readonly spec: ModelSpec
  readonly modelsFolder: string
}

/**
 * Looks at a model's files, and may add to them, before it counts as installed: takes hidden states out of a language
 * model's graph, tries the model on a few sentences. What it throws keeps the model from being installed.
 *
 * @param folder the folder that holds the files for now, in the layout they will have
 * @returns the spec to install, with `weightsFile` naming what is to be loaded
 */
export type PrepareModel = (folder: string, spec: ModelSpec, signal: AbortSignal | undefined) => Promise<ModelSpec>

export interface InstallOptions {
  readonly facts: ModelFacts
  /** Files of the staging folder with their hashes; every other file is left out. */
  readonly files: readonly ManifestFile[]
  readonly spec: ModelSpec
  readonly prepare?: PrepareModel | undefined
  readonly signal?: AbortSignal | undefined
}

/** A model that was removed and can be had back. */
export interface TrashedModel {
  readonly trashId: string
  readonly id: string
  readonly trashedAt: string
  readonly bytes: number
}

const stagingName = '.incoming'
const trashName = '.trash'
/** Stands between the id and the time in the trash; no id has it. */
const trashMark = '~'

/**
 * The models of a library: `models/<id>/` each, with a manifest. A model comes into being by one rename of a finished
 * folder, so that a kill at any time leaves either what was before or the whole new one.
 */
export class ModelStore {
  readonly modelsFolder: string
  readonly catalogue: readonly CatalogueEntry[]
  readonly #options: ModelStoreOptions

  /** Finishes what a kill interrupted. @throws AkinError `library-read-only`, `disk-full` */
  constructor(options: ModelStoreOptions) {
    this.#options = options
    this.catalogue = options.catalogue
    this.modelsFolder = join(options.folder, 'models')
    if (existsSync(this.modelsFolder)) this.#onDisk(() => this.#recover())
  }

  /** The built-in model, then those that are here, then what the catalogue offers. */
  async list(): Promise<EmbeddingModel[]> {
    const { builtIn } = this.#options
    const here = this.#ids(this.modelsFolder)
    const installed = new Set(here)
    const models = [describeBuiltIn(builtIn), ...here.map((id) => this.#describe(id))]
    for (const entry of this.catalogue) {
      const described = describeEntry(entry, (id) => installed.has(id))
      if (described.variants.some((variant) => !variant.isInstalled)) models.push(this.#withProgress(entry, described))
    }
    return models
  }

  /**
   * A model for loading. Sizes are compared here; whoever loads it compares the hashes.
   *
   * @throws AkinError `model-missing`, `model-damaged`
   */
  async open(id: string): Promise<OpenedModel> {
    const { builtIn } = this.#options
    if (id === builtIn.spec.folder) return builtIn
    const manifest = this.manifest(id)
    checkSizes(join(this.modelsFolder, id), manifest)
    return { spec: manifest.spec, modelsFolder: this.modelsFolder }
  }

  /** Compares every byte of every file with the manifest. @throws AkinError `model-missing`, `model-damaged` */
  async verify(id: string, signal?: AbortSignal): Promise<void> {
    const manifest = this.manifest(id)
    const folder = join(this.modelsFolder, id)
    checkSizes(folder, manifest)
    for (const { path, sha256 } of manifest.files) {
      const found = await hashFile(join(folder, path), signal)
      if (found !== sha256) throw changed(manifest.name, `${path} holds other bytes`, { file: path, expected: sha256, found })
    }
  }

  /** @throws AkinError `model-missing`, `model-damaged` when the manifest cannot be read */
  manifest(id: string): ModelManifest {
    const manifest = ModelId.safeParse(id).success ? readManifest(join(this.modelsFolder, id), id) : null
    if (manifest !== null) return manifest
    throw new AkinError('model-missing', `There is no model ${id} in this library`, {
      advice: 'Download it, or import it from a folder or zip file',
      details: { id },
    })
  }

  /** Ids that are taken: the built-in model's, and those of all folders, whole or not. */
  ids(): string[] {
    return [this.#options.builtIn.spec.folder, ...this.#ids(this.modelsFolder)]
  }

  /** What was installed, without looking at the files. */
  manifests(): ModelManifest[] {
    return this.#ids(this.modelsFolder).flatMap((id) => {
      try {
        return [this.manifest(id)]
      } catch (error) {
        if (isCode(error, 'model-damaged', 'model-missing')) return [] // it is listed as damaged
        throw error
      }
    })
  }

  isInstalled(id: string): boolean {
    return existsSync(join(this.modelsFolder, id, manifestName))
  }

  /** Where the files of a model are gathered until they are complete; kept over restarts. */
  stagingFolder(id: string): string {
    const folder = join(this.modelsFolder, stagingName, ModelId.parse(id))
    this.#onDisk(() => mkdirSync(folder, { recursive: true, mode: 0o700 }))
    return folder
  }

  /**
   * Makes the files of the staging folder a model. One of the same id goes to the trash.
   *
   * @throws AkinError `disk-full`, `library-read-only`; whatever `prepare` throws: the staging folder is then kept
   */
  async install({ facts, files, spec, prepare, signal }: InstallOptions): Promise<ModelManifest> {
    const folder = this.stagingFolder(facts.id)
    removeOthers(folder, files)
    const before = timesOf(folder)
    const prepared = prepare === undefined ? spec : await prepare(folder, spec, signal)
    const listed = await listAgain(folder, files, before, signal)
    signal?.throwIfAborted()
    const manifest: ModelManifest = {
      version: 1,
      ...facts,
      files: listed,
      spec: prepared,
      installedAt: (this.#options.now?.() ?? new Date()).toISOString(),
    }
    checkSizes(folder, manifest)
    if (!listed.some(({ path }) => path === prepared.weightsFile))
      throw new Error(`${prepared.weightsFile} is not among the files`)
    this.#onDisk(() => {
      for (const { path } of manifest.files) fsyncFile(join(folder, path))
      // From here on a restart finishes the installation
      writeManifest(folder, manifest)
      this.#commit(facts.id)
    })
    return manifest
  }

  /**
   * Moves a model to the trash.
   *
   * @returns the id to give to `restore`
   * @throws AkinError `model-missing`, `not-allowed` for the built-in one
   */
  remove(id: string): string {
    if (id === this.#options.builtIn.spec.folder) {
      throw new AkinError('not-allowed', 'The model that comes with Akin cannot be removed')
    }
    if (!ModelId.safeParse(id).success || !existsSync(join(this.modelsFolder, id))) this.manifest(id)
    return this.#onDisk(() => this.#moveToTrash(id))
  }

  /** Takes a model back from the trash. @throws AkinError `not-found`, `conflict` when it was installed again */
  restore(trashId: string): void {
    const trashed = this.trash().find((one) => one.trashId === trashId)
    if (trashed === undefined) throw new AkinError('not-found', 'This model is no longer in the trash')
    if (existsSync(join(this.modelsFolder, trashed.id))) {
      throw new AkinError('conflict', `${trashed.id} was installed again meanwhile`, { advice: 'Remove that one first' })
    }
    this.#onDisk(() => this.#move(join(trashName, trashId), trashed.id))
  }

  trash(): TrashedModel[] {
    return this.#names(trashName).flatMap((trashId) => {
      const [id = '', time = ''] = trashId.split(trashMark)
      if (!/^\d+$/.test(time)) return []
      const trashedAt = new Date(Number(time)).toISOString()
      return [{ trashId, id, trashedAt, bytes: bytesBelow(join(this.modelsFolder, trashName, trashId)) }]
    })
  }

  /** Removes for good what was put in the trash before a time, or all of it. @returns the bytes that are free now */
  emptyTrash(before?: Date): number {
    let bytes = 0
    for (const trashed of this.trash()) {
      if (before !== undefined && trashed.trashedAt >= before.toISOString()) continue
      this.#onDisk(() => rmSync(join(this.modelsFolder, trashName, trashed.trashId), { recursive: true, force: true }))
      bytes += trashed.bytes
    }
    return bytes
  }

  /** Downloads and imports that stopped, with the bytes they hold. */
  incoming(): { id: string; bytes: number }[] {
    return this.#names(stagingName).map((id) => ({ id, bytes: bytesBelow(join(this.modelsFolder, stagingName, id)) }))
  }

  /** Forgets a download that was given up. */
  discardIncoming(id: string): void {
    if (!ModelId.safeParse(id).success) return
    this.#onDisk(() => rmSync(join(this.modelsFolder, stagingName, id), { recursive: true, force: true }))
  }

  /** Bytes on the disk: by model, of downloads that stopped, and in the trash. */
  diskUse(): { models: { id: string; bytes: number }[]; incomingBytes: number; trashBytes: number } {
    const models = this.#ids(this.modelsFolder).map((id) => ({ id, bytes: bytesBelow(join(this.modelsFolder, id)) }))
    const sum = (all: { bytes: number }[]): number => all.reduce((total, { bytes }) => total + bytes, 0)
    return { models, incomingBytes: sum(this.incoming()), trashBytes: sum(this.trash()) }
  }

  #describe(id: string): EmbeddingModel {
    const folder = join(this.modelsFolder, id)
    let manifest: ModelManifest | null = null
    try {
      manifest = this.manifest(id)
      checkSizes(folder, manifest)
      return describeInstalled(manifest, null)
    } catch (error) {
      if (!isCode(error, 'model-damaged', 'model-missing')) throw error
      const reason = reasonOf(error)
      return manifest === null ? describeUnusable(id, bytesBelow(folder), reason) : describeInstalled(manifest, reason)
    }
  }

  #withProgress(entry: CatalogueEntry, described: EmbeddingModel): EmbeddingModel {
    const incoming = this.incoming()
    for (const variant of entry.variants) {
      const found = incoming.find(({ id }) => id === modelIdOf(entry, variant))
      if (found === undefined) continue
      const total = filesOf(entry, variant).reduce((sum, file) => sum + (file.bytes ?? file.aboutBytes ?? 0), 0)
      const reason: Reason = {
        code: 'model-missing',
        message: `The download stopped after ${Math.min(99, Math.floor((100 * found.bytes) / Math.max(1, total)))} %`,
        advice: 'Download it again: it goes on where it stopped',
      }
      return { ...described, state: 'incomplete', receivedBytes: found.bytes, reason }
    }
    return described
  }

  #recover(): void {
    for (const id of this.#ids(join(this.modelsFolder, stagingName))) {
      const staged = join(this.modelsFolder, stagingName, id)
      try {
        const manifest = readManifest(staged, id)
        if (manifest !== null) {
          checkSizes(staged, manifest)
          this.#commit(id)
        } else if (!existsSync(join(staged, notesName))) {
          // Of an import, which starts over from where its files are
          rmSync(staged, { recursive: true, force: true })
        }
      } catch (error) {
        if (!isCode(error, 'model-damaged')) throw error
        // Its files are looked at again by the next download
        rmSync(join(staged, manifestName), { force: true })
      }
    }
  }

  #commit(id: string): void {
    if (existsSync(join(this.modelsFolder, id))) this.#moveToTrash(id)
    this.#move(join(stagingName, id), id)
    this.#sweep(id)
  }

  /** Removes what the manifest does not name: notes of the download, parts of files. */
  #sweep(id: string): void {
    const folder = join(this.modelsFolder, id)
    const named = new Set([manifestName, ...this.manifest(id).files.map(({ path }) => path)])
    for (const path of filesBelow(folder)) if (!named.has(path)) rmSync(join(folder, path), { force: true })
  }

  #moveToTrash(id: string): string {
    mkdirSync(join(this.modelsFolder, trashName), { recursive: true, mode: 0o700 })
    let time = (this.#options.now?.() ?? new Date()).getTime()
    while (existsSync(join(this.modelsFolder, trashName, `${id}${trashMark}${time}`))) time++
    const trashId = `${id}${trashMark}${time}`
    this.#move(id, join(trashName, trashId))
    return trashId
  }

  #move(from: string, to: string): void {
    const target = join(this.modelsFolder, to)
    renameSync(join(this.modelsFolder, from), target)
    syncFolder(this.modelsFolder)
    for (const path of [from, to]) {
      const inner = path.split(/[/\\]/)[0]!
      if (inner.startsWith('.') && existsSync(join(this.modelsFolder, inner))) syncFolder(join(this.modelsFolder, inner))
    }
  }

  #ids(folder: string): string[] {
    return namesIn(folder).filter((name) => ModelId.safeParse(name).success)
  }

  #names(inner: string): string[] {
    return namesIn(join(this.modelsFolder, inner))
  }

  #onDisk<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw diskError(error, this.#options.folder, null)
    }
  }
}

/** What an earlier preparation left, or an import that was killed. */
function removeOthers(folder: string, files: readonly ManifestFile[]): void {
  const wanted = new Set([notesName, ...files.map(({ path }) => path)])
  for (const path of filesBelow(folder)) if (!wanted.has(path)) rmSync(join(folder, path), { force: true })
}

/** When each file of a folder was last written. */
function timesOf(folder: string): ReadonlyMap<string, number> {
  return new Map(filesBelow(folder).map((path) => [path, statSync(join(folder, path)).mtimeMs]))
}

/** The files of a manifest after the preparation: those that it wrote are hashed, those that it removed are left out. */
async function listAgain(
  folder: string,
  files: readonly ManifestFile[],
  before: ReadonlyMap<string, number>,
  signal: AbortSignal | undefined,
): Promise<ManifestFile[]> {
  const known = new Map(files.map((file) => [file.path, file]))
  const listed: ManifestFile[] = []
  for (const [path, time] of timesOf(folder)) {
    const isOld = before.get(path) === time
    const file = known.get(path)
    if (isOld && file !== undefined) listed.push(file)
    else if (!isOld) {
      const bytes = statSync(join(folder, path)).size
      listed.push({ path, bytes, sha256: await hashFile(join(folder, path), signal) })
    }
  }
  return listed
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted()
}

function reasonOf(error: unknown): Reason {
  const { code, message, advice } = toWireError(error)
  return { code, message, advice: advice ?? null }
}
