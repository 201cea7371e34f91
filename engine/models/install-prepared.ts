import { basename, dirname, join, posix, relative, sep } from 'node:path'
import { AkinError } from '../../shared/errors.ts'
import type { ModelSpec } from '../embedding/model-spec.ts'
import { prepareModel } from '../embedding/onnx/errands.ts'
import { OnnxEmbedder } from '../embedding/onnx/onnx-embedder.ts'
import type { SpawnService } from '../processes/service.ts'
import type { PrepareModel } from './model-store.ts'

/**
 * What is done with a model's files before it counts as installed: hidden states are taken out of the graph of a
 * language model, and the model is tried on a few texts.
 *
 * @throws AkinError `model-failed` with what is wrong with it, and as `prepareGraph`
 */
export function preparation(spawn: SpawnService): PrepareModel {
  return async (folder, spec, signal) => {
    const file = join(folder, spec.weightsFile)
    const prepared = await prepareModel(
      { file, folder: dirname(file), dimension: spec.dimension },
      { spawn, ...(signal === undefined ? {} : { signal }) },
    )
    const ready: ModelSpec = prepared.isChanged
      ? {
          ...spec,
          weightsFile: posix.join(...relative(folder, prepared.file).split(sep)),
          weightsSha256: prepared.sha256,
          sourceSha256: prepared.sourceSha256,
          externalData: prepared.externalData,
        }
      : spec
    await tryOut(folder, ready, spawn)
    signal?.throwIfAborted()
    return ready
  }
}

async function tryOut(folder: string, spec: ModelSpec, spawn: SpawnService): Promise<void> {
  const embedder = new OnnxEmbedder({
    model: { ...spec, folder: basename(folder) },
    modelsFolder: dirname(folder),
    spawn,
    threads: 1,
  })
  try {
    const { isUsable, checks } = await embedder.probe()
    if (isUsable) return
    const wrong = checks.filter(({ isOk }) => !isOk).map(({ message }) => message)
    throw new AkinError('model-failed', `${spec.name} cannot be used: ${wrong.join('; ')}`, {
      advice: 'Choose another export of it, or another model',
      details: { checks },
    })
  } finally {
    await embedder.close()
  }
}
