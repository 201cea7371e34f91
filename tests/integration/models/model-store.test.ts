import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { catalogue } from '../../../engine/models/catalogue.ts'
import { manifestName } from '../../../engine/models/manifest.ts'
import { ModelStore } from '../../../engine/models/model-store.ts'
import { builtInModel } from '../../../engine/embedding/model-spec.ts'
import { EmbeddingModel } from '../../../shared/model/embedding-model.ts'
import { modelsFolder } from '../../harness/engine.ts'
import { flipByte } from '../../harness/flip-byte.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { installVersion, versionedId } from './install-version.ts'
import { failure, openStore, storeOptions } from './use-models.ts'

const newFolder = useTempFolders()
let folder: string
let store: ModelStore

beforeEach(() => {
  folder = newFolder()
  store = openStore(folder)
})

const inModel = (path: string): string => join(folder, 'models', versionedId, path)
const listed = async (): Promise<EmbeddingModel> => (await store.list()).find(({ id }) => id === versionedId)!

describe('ModelStore', () => {
  it('lists the built-in model and the whole catalogue, each as the contract says, and makes no folder for that', async () => {
    const whole = new ModelStore({ ...storeOptions(folder), catalogue })
    const models = await whole.list()
    for (const model of models) EmbeddingModel.parse(model)
    expect(models.length).toBe(catalogue.length + 1)
    expect(new Set(models.map(({ id }) => id)).size).toBe(models.length)
    expect(models[0]).toMatchObject({ origin: 'built-in', state: 'installed', dimension: 384 })
    expect(models.slice(1).every(({ state }) => state === 'available')).toBe(true)
    expect(existsSync(join(folder, 'models'))).toBe(false)
    expect(await whole.open('bge-small-en-v1.5')).toMatchObject({ spec: builtInModel, modelsFolder })
  })

  it('refuses a model whose files changed in size, naming the file, and lists it as damaged with the reason', async () => {
    await installVersion(store, 1)
    expect(EmbeddingModel.parse(await listed())).toMatchObject({ state: 'installed', origin: 'imported', source: 'version 1' })
    appendFileSync(inModel('onnx/model.onnx_data'), 'x')
    const error = await failure(store.open(versionedId))
    expect(error.code).toBe('model-damaged')
    expect(error.message).toMatch(/onnx\/model\.onnx_data has \d+ bytes instead of \d+/)
    expect(error.advice).toMatch(/Remove the model and install it again/)
    expect(await listed()).toMatchObject({ state: 'damaged', reason: { code: 'model-damaged' } })
    rmSync(inModel('onnx/model.onnx_data'))
    expect((await failure(store.open(versionedId))).message).toMatch(/onnx\/model\.onnx_data is not there any more/)
  })

  it('finds a changed byte when every file is verified', async () => {
    await installVersion(store, 1)
    await store.verify(versionedId)
    flipByte(inModel('onnx/model.onnx'), 100)
    await store.open(versionedId)
    const error = await failure(store.verify(versionedId))
    expect(error.message).toMatch(/onnx\/model\.onnx holds other bytes/)
  })

  it('never lists a folder without a manifest as installed', async () => {
    mkdirSync(join(folder, 'models', 'half'), { recursive: true })
    writeFileSync(join(folder, 'models', 'half', 'model.onnx'), 'weights')
    const half = (await store.list()).find(({ id }) => id === 'half')!
    expect(EmbeddingModel.parse(half)).toMatchObject({ state: 'damaged', dimension: null })
    expect((await failure(store.open('half'))).code).toBe('model-missing')
    await installVersion(store, 1)
    writeFileSync(inModel(manifestName), readFileSync(inModel(manifestName), 'utf8').slice(0, 200))
    expect(await listed()).toMatchObject({
      state: 'damaged',
      reason: { message: 'The list of the files of versioned cannot be read' },
    })
    store.remove('half')
    expect(store.trash()).toMatchObject([{ id: 'half' }])
  })

  it('refuses a manifest that names files outside its folder', async () => {
    await installVersion(store, 1)
    const manifest = JSON.parse(readFileSync(inModel(manifestName), 'utf8')) as { files: { path: string }[] }
    for (const path of ['../../secret', '/etc/passwd', 'a\\..\\b', 'C:/x', 'a//b']) {
      manifest.files[0]!.path = path
      writeFileSync(inModel(manifestName), JSON.stringify(manifest))
      expect((await failure(store.open(versionedId))).code).toBe('model-damaged')
    }
  })

  it('does not look at ids that are paths', async () => {
    for (const id of ['../models', '..', '', '.trash', 'A B']) expect((await failure(store.open(id))).code).toBe('model-missing')
    expect(() => store.stagingFolder('../x')).toThrow(/pattern/)
  })

  it('gives a removed model back, until the trash is emptied', async () => {
    await installVersion(store, 1)
    const trashId = store.remove(versionedId)
    expect(store.isInstalled(versionedId)).toBe(false)
    expect(store.diskUse().trashBytes).toBeGreaterThan(80_000)
    store.restore(trashId)
    await store.verify(versionedId)
    const again = store.remove(versionedId)
    await installVersion(store, 2)
    expect(() => store.restore(again)).toThrow(/installed again meanwhile/)
    expect(store.emptyTrash(new Date(0))).toBe(0)
    expect(store.emptyTrash()).toBeGreaterThan(0)
    expect(store.trash()).toEqual([])
    expect(() => store.restore(again)).toThrow(/no longer in the trash/)
    expect(() => store.remove('bge-small-en-v1.5')).toThrow(/cannot be removed/)
  })

  it('clears what a killed import left when it is opened, and leaves downloads that can go on', () => {
    for (const id of ['unpacking-1', 'imported', 'tiny-q8']) writeFileSync(join(store.stagingFolder(id), 'config.json'), '{}')
    writeFileSync(join(store.stagingFolder('tiny-q8'), '.download.json'), '{}')
    store = openStore(folder)
    expect(store.incoming()).toMatchObject([{ id: 'tiny-q8' }])
  })

  it('finishes an installation that was killed at any step after its last file, and none that was killed before', async () => {
    const other = openStore(newFolder())
    await installVersion(other, 2)
    const stage = (): void => {
      cpSync(join(other.modelsFolder, versionedId), join(folder, 'models', '.incoming', versionedId), { recursive: true })
    }
    const version = (): unknown => openStore(folder).manifest(versionedId).origin
    await installVersion(store, 1)
    // The old one is still in its place
    stage()
    expect(version()).toMatchObject({ from: 'version 2' })
    expect(store.trash().length).toBe(1)
    // The old one is in the trash already, the new one not in its place yet
    store.remove(versionedId)
    stage()
    expect(version()).toMatchObject({ from: 'version 2' })
    await store.verify(versionedId)
    // The list of files is there, a file is not whole: a disk that lost what it had not written
    store.emptyTrash()
    stage()
    truncateSync(join(folder, 'models', '.incoming', versionedId, 'onnx/model.onnx'), 10)
    expect(version()).toMatchObject({ from: 'version 2' })
    await store.verify(versionedId)
    expect(store.trash()).toEqual([])
  })

  it('puts the old model into the trash when it is installed anew', async () => {
    await installVersion(store, 1)
    await installVersion(store, 2)
    expect(store.manifest(versionedId).origin).toMatchObject({ from: 'version 2' })
    expect(store.trash()).toMatchObject([{ id: versionedId }])
    expect(store.diskUse().models).toMatchObject([{ id: versionedId }])
  })
})
