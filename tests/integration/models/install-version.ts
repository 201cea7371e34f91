import { join } from 'node:path'
import { writeHashed } from '../../../engine/models/model-files.ts'
import { specOf } from '../../../engine/models/model-spec-of.ts'
import type { ModelStore } from '../../../engine/models/model-store.ts'

export const versionedId = 'versioned'

/** Installs a model whose every file says which version it is of. */
export async function installVersion(store: ModelStore, version: number): Promise<void> {
  const folder = store.stagingFolder(versionedId)
  const files = []
  for (const path of ['tokenizer.json', 'config.json', 'onnx/model.onnx', 'onnx/model.onnx_data']) {
    const content = Buffer.from(`${version} `.repeat(path.startsWith('onnx') ? 20_000 : 10))
    files.push({ path, ...(await writeHashed(once(content), join(folder, path))) })
  }
  const facts = { name: versionedId, id: versionedId, isNormalised: true, isCausal: false, queryPrefix: '', passagePrefix: '' }
  const spec = specOf(
    {
      ...facts,
      weightsFile: 'onnx/model.onnx',
      externalFiles: ['model.onnx_data'],
      dtype: 'fp32',
      dimension: 8,
      maxInputTokens: 128,
      pooling: 'mean',
    },
    files,
  )
  await store.install({
    facts: {
      id: versionedId,
      name: versionedId,
      origin: { kind: 'imported', from: `version ${version}` },
      languages: [],
      licence: null,
      quality: null,
      isNormalised: true,
      isVerified: true,
    },
    files,
    spec,
  })
}

// oxlint-disable-next-line typescript/require-await -- an async generator is what is written from
async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content
}
