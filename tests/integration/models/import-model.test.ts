import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type * as OnnxRuntime from 'onnxruntime-node'
import { beforeEach, describe, expect, it } from 'vitest'
import { importModel, inspectModel } from '../../../engine/models/import-model.ts'
import { catalogue } from '../../../engine/models/catalogue.ts'
import { ModelStore } from '../../../engine/models/model-store.ts'
import { ModelInspection } from '../../../shared/model/embedding-model.ts'
import { sha256Of } from '../../harness/hub-server.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { bufferOf, fakeOnnx, sentenceModel, writeModel, type ModelFiles } from './make-model.ts'
import { makeZip, zipOf } from './make-zip.ts'
import { failure, openStore, storeOptions } from './use-models.ts'

const newFolder = useTempFolders()
let store: ModelStore

beforeEach(() => {
  store = openStore(newFolder())
})

const folderOf = (files: ModelFiles, name = 'my-model'): string => writeModel(join(newFolder(), name), files)
const without = (...paths: string[]): ModelFiles =>
  Object.fromEntries(Object.entries(sentenceModel).filter(([path]) => !paths.includes(path)))
const nothingIsLeft = (): void => {
  expect(store.incoming()).toEqual([])
  expect(store.diskUse().models).toEqual([])
}

function zipFile(content: Buffer, name = 'my-model.zip'): string {
  const path = join(newFolder(), name)
  writeFileSync(path, content)
  return path
}

describe('what a sentence-transformers folder says of itself', () => {
  it('is read from its own files, 8 bit first, with nothing left to ask', async () => {
    const found = await inspectModel(folderOf(sentenceModel), { store })
    expect(ModelInspection.parse(found)).toMatchObject({
      name: 'my-model',
      modelId: 'my-model-q8',
      chosenVariant: 'q8',
      dimension: 16,
      maxTokens: 128,
      pooling: 'mean',
      isNormalised: true,
      queryPrefix: 'ask: ',
      passagePrefix: 'say: ',
      givesLogits: false,
      questions: [],
    })
    expect(found.variants.map(({ id, file }) => [id, file])).toEqual([
      ['q8', 'onnx/model_quantized.onnx'],
      ['fp32', 'onnx/model.onnx'],
    ])
    nothingIsLeft()
  })

  it('is what gets installed, with the hashes of the files', async () => {
    const folder = folderOf(sentenceModel)
    const told: number[] = []
    const manifest = await importModel(folder, { store, answers: { variant: 'fp32' }, onProgress: (bytes) => told.push(bytes) })
    expect(manifest.id).toBe('my-model')
    const { spec, modelsFolder } = await store.open('my-model')
    expect(spec).toEqual({
      name: 'my-model',
      folder: 'my-model',
      weightsFile: 'onnx/model.onnx',
      weightsSha256: sha256Of(bufferOf(sentenceModel['onnx/model.onnx']!)),
      tokenizerSha256: sha256Of(bufferOf(sentenceModel['tokenizer.json']!)),
      dtype: 'fp32',
      dimension: 16,
      maxInputTokens: 128,
      longTexts: 'cut',
      pooling: 'mean',
      normalised: true,
      queryPrefix: 'ask: ',
      passagePrefix: 'say: ',
    })
    expect(existsSync(join(modelsFolder, 'my-model', 'onnx/model_quantized.onnx'))).toBe(false)
    expect(existsSync(join(modelsFolder, 'my-model', '1_Pooling/config.json'))).toBe(true)
    await store.verify('my-model')
    expect(told.at(-1)).toBe(manifest.files.reduce((sum, { bytes }) => sum + bytes, 0))
    expect(store.incoming()).toEqual([])
  })

  it('is refused a second time, and taken again when it is used otherwise', async () => {
    const folder = folderOf(sentenceModel)
    await importModel(folder, { store })
    const error = await failure(importModel(folder, { store }))
    expect(error.code).toBe('conflict')
    expect(error.message).toBe('This model is here already, as my-model')
    const other = await importModel(folder, { store, answers: { queryPrefix: 'find: ' } })
    expect(other.id).toBe('my-model-q8-2')
    expect(store.incoming()).toEqual([])
  })

  it('lies in any of the places where people have it', async () => {
    const zip = zipOf(sentenceModel, 'owner-model/')
    expect((await inspectModel(zipFile(zip, 'x.zip'), { store })).name).toBe('owner-model')
    const outer = newFolder()
    writeModel(join(outer, 'deep', 'inside'), sentenceModel)
    expect((await inspectModel(outer, { store })).name).toBe('inside')
    // The cache of the hub's own tools: links into a folder of blobs
    const cache = newFolder()
    const blobs = writeModel(join(cache, 'models--owner--nice-model', 'blobs'), sentenceModel)
    const snapshot = join(cache, 'models--owner--nice-model', 'snapshots', 'c0ffee'.repeat(6))
    mkdirSync(join(snapshot, 'onnx'), { recursive: true })
    for (const path of Object.keys(sentenceModel).filter((one) => !one.includes('_Pooling')))
      symlinkSync(join(blobs, path), join(snapshot, path))
    const found = await inspectModel(snapshot, { store })
    expect(found).toMatchObject({ name: 'nice-model', questions: [{ about: 'pooling' }] })
    const flat = without('onnx/model.onnx', 'onnx/model_quantized.onnx')
    expect((await inspectModel(folderOf({ ...flat, 'model.onnx': fakeOnnx() }), { store })).variants).toMatchObject([
      { id: 'fp32', file: 'model.onnx' },
    ])
  })

  it('is asked for where it is not said, and stays out until there is an answer', async () => {
    const folder = folderOf({
      ...without('modules.json', '1_Pooling/config.json', 'sentence_bert_config.json', 'config_sentence_transformers.json'),
      'config.json': { model_type: 'bert', hidden_size: 16 },
      'tokenizer_config.json': { model_max_length: 1e30 },
    })
    const found = await inspectModel(folder, { store })
    expect(found.questions.map(({ about }) => about)).toEqual(['pooling', 'query-prefix', 'passage-prefix', 'max-tokens'])
    const error = await failure(importModel(folder, { store }))
    expect(error.code).toBe('bad-request')
    expect(error.message).toMatch(/How do the states of the tokens become one vector/)
    expect(error.details).toMatchObject({ questions: [{ about: 'pooling' }, {}, {}, { about: 'max-tokens' }] })
    nothingIsLeft()
    const answers = { pooling: 'cls', queryPrefix: '', maxTokens: 256, name: 'Mine, at last' } as const
    const manifest = await importModel(folder, { store, answers })
    expect(manifest).toMatchObject({ id: 'mine-at-last-q8', spec: { pooling: 'cls', maxInputTokens: 256, passagePrefix: '' } })
  })

  it('takes its vector from the graph when the graph gives one', async () => {
    const onnx = fakeOnnx({
      outputs: [
        { name: 'last_hidden_state', shape: ['batch', 'sequence', 16] },
        { name: 'sentence_embedding', shape: ['batch', 8] },
      ],
    })
    const dense = [
      ...(sentenceModel['modules.json'] as object[]),
      { path: '3_Dense', type: 'sentence_transformers.models.Dense' },
    ]
    const files = { ...without('onnx/model_quantized.onnx'), 'onnx/model.onnx': onnx, 'modules.json': dense }
    expect(await inspectModel(folderOf(files), { store })).toMatchObject({ pooling: 'model', dimension: 8 })
    const cut = { ...without('onnx/model_quantized.onnx'), 'modules.json': dense }
    const error = await failure(inspectModel(folderOf(cut), { store }))
    expect(error.message).toBe('This model goes on after its network (Dense), and this ONNX file does not')
    expect(error.advice).toMatch(/sentence_embedding/)
  })

  it('brings the files along that hold weights beside the graph', async () => {
    const onnx = fakeOnnx({ externalFiles: ['model.onnx_data'], weightBytes: 100 })
    const files = { ...without('onnx/model_quantized.onnx'), 'onnx/model.onnx': onnx }
    const missing = await failure(inspectModel(folderOf(files), { store }))
    expect(missing.message).toBe('A part of the weights is missing: onnx/model.onnx_data')
    const data = Buffer.from('weights')
    const manifest = await importModel(folderOf({ ...files, 'onnx/model.onnx_data': data }), { store })
    expect(manifest.spec.externalData).toEqual([{ file: 'model.onnx_data', sha256: sha256Of(data) }])
    await store.verify(manifest.id)
    const outside = fakeOnnx({ externalFiles: ['../../../etc/passwd'] })
    const error = await failure(inspectModel(folderOf({ ...files, 'onnx/model.onnx': outside }), { store }))
    expect(error.message).toMatch(/wants to read a file outside the model’s folder/)
  })

  it('opens the way to GPT-2, whose exports give logits, and to no other model that does', async () => {
    const logits = fakeOnnx({ outputs: [{ name: 'logits', shape: ['batch', 'sequence', 50_257] }] })
    const gpt2 = {
      'config.json': { model_type: 'gpt2', n_embd: 768, n_positions: 1_024 },
      'tokenizer.json': { model: { type: 'BPE' } },
      'onnx/decoder_model.onnx': logits,
      'onnx/decoder_model_merged.onnx': logits,
      'onnx/decoder_with_past_model.onnx': logits,
    }
    const found = await inspectModel(folderOf(gpt2, 'gpt2'), { store })
    expect(found).toMatchObject({
      givesLogits: true,
      dimension: 768,
      maxTokens: 1_024,
      questions: [{ about: 'pooling', suggestion: 'mean' }, {}, {}],
    })
    expect(found.variants).toMatchObject([{ file: 'onnx/decoder_model.onnx' }])
    const manifest = await importModel(folderOf(gpt2, 'gpt2'), { store, answers: { pooling: 'mean', queryPrefix: '' } })
    expect(manifest.spec).toMatchObject({ longTexts: 'windows', isCausal: true })
    const other = { ...gpt2, 'config.json': { model_type: 'bert', hidden_size: 16 } }
    expect((await failure(inspectModel(folderOf(other), { store }))).message).toBe(
      'This model gives no vectors for texts; it gives logits',
    )
  })
})

describe('what is suggested where a model’s files are silent', () => {
  it('is what the catalogue says of that name', async () => {
    const files = without('modules.json', '1_Pooling/config.json', 'config_sentence_transformers.json')
    const known = new ModelStore({ ...storeOptions(newFolder()), catalogue })
    const suggestions = async (name: string): Promise<(string | null)[]> =>
      (await inspectModel(folderOf(files, name), { store: known })).questions.map(({ suggestion }) => suggestion)
    expect(await suggestions('bge-base-en-v1.5')).toEqual([
      'cls',
      'Represent this sentence for searching relevant passages: ',
      '',
    ])
    expect(await suggestions('multilingual-e5-small-onnx')).toEqual(['mean', 'query: ', 'passage: '])
    expect(await suggestions('e5-large')).toEqual(['mean', 'query: ', 'passage: '])
    expect(await suggestions('something')).toEqual(['mean', '', ''])
  })
})

describe('what cannot be a model', () => {
  it.each<[string, ModelFiles, string, RegExp, RegExp]>([
    [
      'no ONNX file',
      without('onnx/model.onnx', 'onnx/model_quantized.onnx'),
      'unsupported-format',
      /no ONNX file here/,
      /model\.onnx and tokenizer\.json/,
    ],
    [
      'PyTorch weights only',
      { ...without('onnx/model.onnx', 'onnx/model_quantized.onnx'), 'model.safetensors': 'weights' },
      'unsupported-format',
      /another format \(safetensors\); Akin reads ONNX/,
      /optimum-cli export onnx/,
    ],
    ['no tokenizer', without('tokenizer.json'), 'unsupported-format', /no tokenizer\.json here/, /put it beside config\.json/],
    [
      'an old tokenizer',
      { ...without('tokenizer.json'), 'vocab.txt': 'a' },
      'unsupported-format',
      /no tokenizer\.json/,
      /save_pretrained/,
    ],
    [
      'a pointer of Git LFS',
      { ...sentenceModel, 'onnx/model_quantized.onnx': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n' },
      'damaged-file',
      /onnx\/model_quantized\.onnx is only a note of Git/,
      /git lfs pull/,
    ],
    [
      'a file that was cut off',
      { ...sentenceModel, 'onnx/model_quantized.onnx': fakeOnnx().subarray(0, 1_000) },
      'damaged-file',
      /onnx\/model_quantized\.onnx is not a whole ONNX file/,
      /cut off on its way/,
    ],
    [
      'a picture',
      { ...sentenceModel, 'onnx/model_quantized.onnx': Buffer.from('\x89PNG\r\n\x1a\n', 'latin1') },
      'damaged-file',
      /not a whole ONNX file/,
      /Get the file again/,
    ],
    [
      'an empty file',
      { ...sentenceModel, 'onnx/model_quantized.onnx': '' },
      'damaged-file',
      /not a whole ONNX file/,
      /Get the file again/,
    ],
    [
      'a pipeline of several models',
      {
        ...without('onnx/model.onnx', 'onnx/model_quantized.onnx'),
        'onnx/encoder_model.onnx': fakeOnnx(),
        'onnx/decoder_model.onnx': fakeOnnx(),
      },
      'unsupported-format',
      /made of several models: decoder_model, encoder_model/,
      /one ONNX file/,
    ],
    [
      'a model for pictures and texts',
      { ...sentenceModel, 'onnx/text_model.onnx': fakeOnnx(), 'onnx/vision_model.onnx': fakeOnnx() },
      'unsupported-format',
      /made of several models/,
      /turns a text into a vector/,
    ],
    [
      'max pooling',
      { ...sentenceModel, '1_Pooling/config.json': { pooling_mode_max_tokens: true } },
      'unsupported-format',
      /max pooling/,
      /mean, first-token or last-token/,
    ],
    [
      'damaged settings',
      { ...sentenceModel, 'config.json': '{"hidden_size": ' },
      'damaged-file',
      /config\.json of the model cannot be read/,
      /Get the file again/,
    ],
  ])('is refused in words: %s', async (_what, files, code, message, advice) => {
    const error = await failure(inspectModel(folderOf(files), { store }))
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)])
    expect(error.advice).toMatch(advice)
    await failure(importModel(folderOf(files), { store }))
    nothingIsLeft()
  })

  it('is refused in words: several models side by side, a file of another kind, nothing', async () => {
    const outer = newFolder()
    writeModel(join(outer, 'a'), sentenceModel)
    writeModel(join(outer, 'b'), sentenceModel)
    expect((await failure(inspectModel(outer, { store }))).message).toMatch(/holds several models: a, b$/)
    expect((await failure(inspectModel(zipFile(Buffer.from('x'), 'model.tar'), { store }))).message).toMatch(
      /neither a folder nor a zip file/,
    )
    expect((await failure(inspectModel(join(outer, 'c'), { store }))).code).toBe('file-not-found')
    expect((await failure(inspectModel(folderOf(sentenceModel), { store, answers: { variant: 'q2' } }))).advice).toMatch(
      /q8, fp32/,
    )
  })

  it('keeps nothing of a model that the preparation refuses', async () => {
    await expect(importModel(folderOf(sentenceModel), { store, prepare: () => Promise.reject(new Error('no')) })).rejects.toThrow(
      'no',
    )
    nothingIsLeft()
  })

  it('keeps nothing when it is cancelled', async () => {
    const signal = AbortSignal.abort(new Error('cancelled'))
    await expect(importModel(folderOf(sentenceModel), { store, signal })).rejects.toThrow('cancelled')
    nothingIsLeft()
  })
})

describe('a zip file', () => {
  it('is imported like its folder', async () => {
    const manifest = await importModel(zipFile(zipOf(sentenceModel, 'my-model/')), { store })
    const other = openStore(newFolder())
    const fromFolder = await importModel(folderOf(sentenceModel), { store: other })
    expect(manifest.files.toSorted((a, b) => a.path.localeCompare(b.path))).toEqual(
      fromFolder.files.toSorted((a, b) => a.path.localeCompare(b.path)),
    )
    await store.verify(manifest.id)
    expect(store.incoming()).toEqual([])
  })

  const entry = { name: 'tokenizer.json', content: Buffer.from('{}') }
  it.each<[string, Buffer, string, RegExp]>([
    [
      'a name that leads out',
      makeZip([{ ...entry, name: '../tokenizer.json' }]),
      'damaged-file',
      /not a whole zip file|leads out/,
    ],
    ['an absolute name', makeZip([{ ...entry, name: '/etc/passwd' }]), 'damaged-file', /not a whole zip file|leads out/],
    ['a name of Windows', makeZip([{ ...entry, name: 'C:/x.json' }]), 'damaged-file', /not a whole zip file|leads out/],
    ['a link', makeZip([{ ...entry, attributes: 0o120777 }]), 'bad-request', /holds a link to another file/],
    ['a password', makeZip([{ ...entry, isEncrypted: true }]), 'encrypted', /protected by a password/],
    ['a bomb', makeZip([{ ...entry, content: Buffer.alloc(50_000_000) }]), 'too-large', /unpacks to far more than a model/],
    ['no zip file at all', Buffer.from('hello'), 'damaged-file', /not a whole zip file/],
    ['half a zip file', zipOf(sentenceModel).subarray(0, 3_000), 'damaged-file', /not a whole zip file/],
    [
      'too many files',
      makeZip(Array.from({ length: 2_001 }, (_, i) => ({ ...entry, name: `${i}.json` }))),
      'bad-request',
      /more than 2000 files/,
    ],
  ])('is refused for %s', async (_what, content, code, message) => {
    const error = await failure(inspectModel(zipFile(content), { store }))
    expect(error.message).toMatch(message)
    expect(error.code).toBe(code)
    nothingIsLeft()
  })

  it('is refused when an entry is longer than it says, or its bytes were changed', async () => {
    const entries = Object.entries(sentenceModel).map(([name, content]) => ({ name, content: bufferOf(content) }))
    const lying = entries.map((one) => (one.name.endsWith('quantized.onnx') ? { ...one, claimedBytes: 10 } : one))
    expect((await failure(importModel(zipFile(makeZip(lying)), { store }))).message).toMatch(/not a whole zip file/)
    const stored = makeZip(entries.map((one) => ({ ...one, method: 0 })))
    const at = stored.indexOf(bufferOf(sentenceModel['onnx/model_quantized.onnx']!)) + 500
    stored[at] = stored[at]! ^ 1
    expect((await failure(importModel(zipFile(stored), { store }))).code).toBe('damaged-file')
    nothingIsLeft()
  })
})

const shared = process.env['AKIN_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url))
const miniLm = join(shared, 'models', 'all-MiniLM-L6-v2-int8')
if (!existsSync(miniLm)) console.log(`Skipped: the import of a real second model, since ${miniLm} is not there`)

describe.skipIf(!existsSync(miniLm))('all-MiniLM-L6-v2-int8', () => {
  const known = {
    dimension: 384,
    maxTokens: 256,
    pooling: 'model',
    isNormalised: true,
    queryPrefix: '',
    passagePrefix: '',
    questions: [],
    variants: [{ id: 'q8', file: 'model.onnx', bytes: 23_515_894 }],
  }

  it('is imported from its folder with nothing to ask, and gives its reference vectors', async () => {
    expect(await inspectModel(miniLm, { store })).toMatchObject({ ...known, modelId: 'all-minilm-l6-v2-int8' })
    const { id } = await importModel(miniLm, { store })
    const { spec, modelsFolder } = await store.open(id)
    expect(spec.weightsSha256).toBe('e107904672eb5a694bc95aa85f8eb6d1e13652d3862abe64dd43d05799f8b28c')
    await store.verify(id)
    expect(spec.dtype).toBe('q8')
    const { cases } = JSON.parse(readFileSync(join(miniLm, 'reference.json'), 'utf8')) as {
      cases: { ids: number[]; vector: number[] }[]
    }
    const run = await openOnnx(join(modelsFolder, id, spec.weightsFile))
    const some = cases.filter((_, index) => index % 8 === 1)
    for (const { ids, vector } of some) {
      const found = await run(ids)
      expect(vector.reduce((sum, value, i) => sum + value * found[i]!, 0)).toBeGreaterThan(0.98)
    }
  })

  it('is imported from a zip file of it, with the same bytes', async () => {
    const names = ['config.json', 'tokenizer.json', 'model.onnx', 'LICENSE', 'README.md', 'reference.json']
    const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(miniLm, name))]))
    const manifest = await importModel(zipFile(zipOf(files, 'all-MiniLM-L6-v2-int8/'), 'download.zip'), { store })
    expect(manifest.id).toBe('all-minilm-l6-v2-int8')
    const hashes = new Map(manifest.files.map(({ path, sha256 }) => [path, sha256]))
    expect(hashes.get('model.onnx')).toBe('e107904672eb5a694bc95aa85f8eb6d1e13652d3862abe64dd43d05799f8b28c')
    expect([...hashes.keys()].toSorted()).toEqual(['LICENSE', 'config.json', 'model.onnx', 'tokenizer.json'])
    await store.verify(manifest.id)
  })

  it('is refused with the reason once a byte was added to its files', async () => {
    const { id } = await importModel(miniLm, { store })
    appendFileSync(join(store.modelsFolder, id, 'model.onnx'), 'x')
    const error = await failure(store.open(id))
    expect(error.message).toBe(
      'The files of all-MiniLM-L6-v2-int8 were changed: model.onnx has 23515895 bytes instead of 23515894',
    )
  })

  it('can be half copied without harm: what is there of it is refused as cut off', async () => {
    const half = join(newFolder(), 'half')
    cpSync(miniLm, half, { recursive: true })
    writeModel(half, { 'model.onnx': readFileSync(join(miniLm, 'model.onnx')).subarray(0, 10_000_000) })
    expect((await failure(importModel(half, { store }))).message).toBe('model.onnx is not a whole ONNX file')
  })
})

/** The pooled output for token ids, straight from ONNX Runtime. */
async function openOnnx(file: string): Promise<(ids: readonly number[]) => Promise<Float32Array>> {
  const { InferenceSession, Tensor } = createRequire(import.meta.url)('onnxruntime-node') as typeof OnnxRuntime
  const session = await InferenceSession.create(file)
  return async (ids) => {
    const input = (values: readonly number[]): OnnxRuntime.Tensor =>
      new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length])
    const output = await session.run({ input_ids: input(ids), attention_mask: input(ids.map(() => 1)) })
    return output['sentence_embedding']!.data as Float32Array
  }
}
