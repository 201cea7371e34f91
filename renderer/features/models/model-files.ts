import { limits } from '../../../shared/contract/requests.ts'
import { AkinError } from '../../../shared/errors.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import { formatBytes } from '../../ui/format.ts'
import { ZipWriter } from '../export/zip-writer.ts'
import type { FoundFile } from '../importing/walk-entries.ts'
import type { ModelSource } from './model-store.ts'

/** What the engine is told of a model to look at, with the name that the person knows it by. */
export interface ChosenModel {
  readonly source: ModelSource
  readonly name: string
}

interface Bytes {
  readonly size: number
}

/** Weights, settings, tokenizers and notes: what a model's folder may hold that the engine reads. */
const usefulName = /\.(onnx|onnx_data|json|txt|model|md|license|licence)$|(^|\/)(licen[cs]e|readme)$/i

/** The files of a folder that belong to a model; hidden ones and weights in other formats stay. */
export function modelFilesOf<F extends Bytes>(files: readonly FoundFile<F>[]): readonly FoundFile<F>[] {
  return files.filter(({ path }) => usefulName.test(path) && !path.split('/').some((part) => part.startsWith('.')))
}

/** @throws AkinError `too-large`, `no-text` when there is nothing to send */
export function checkModelFiles(files: readonly { readonly file: Bytes; readonly path: string }[]): void {
  if (!files.some(({ path }) => /\.(onnx|zip)$/i.test(path))) {
    throw new AkinError('unsupported-format', 'There is no ONNX file in it', {
      advice: 'Choose the folder that holds the model’s .onnx file and its tokenizer.json, or a zip file of it',
    })
  }
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0)
  if (bytes > limits.uploadBytes) {
    throw new AkinError('too-large', `The model has ${formatBytes(bytes)}; a page can send ${formatBytes(limits.uploadBytes)}`, {
      advice: 'Import it with “akin models import”, or in the desktop app, which read it where it is',
    })
  }
}

/**
 * Sends a model's files: a zip file as it is, a folder as a zip file made here.
 *
 * @throws AkinError `too-large`, `unsupported-format`, `cancelled`, `unavailable`
 */
export async function uploadModel(
  client: AkinClient,
  chosen: readonly FoundFile<File>[],
  options: { readonly signal: AbortSignal; readonly onProgress: (sentBytes: number, ofBytes: number) => void },
): Promise<ChosenModel> {
  const isZip = chosen.length === 1 && /\.zip$/i.test(chosen[0]!.path)
  const files = isZip ? chosen : modelFilesOf(chosen)
  checkModelFiles(files)
  const folder = chosen[0]!.path.split('/')[0]!
  const zip = isZip ? chosen[0]!.file : new File([await zipOf(files)], `${folder}.zip`)
  const { uploadId } = await client.host.upload(zip, zip.name, {
    signal: options.signal,
    onProgress: (sent) => options.onProgress(sent, zip.size),
  })
  return { source: { type: 'upload', uploadId, name: zip.name }, name: isZip ? zip.name : folder }
}

async function zipOf(files: readonly FoundFile<File>[]): Promise<Blob> {
  const zip = new ZipWriter()
  for (const { file, path } of files) {
    const inside = path.split('/').slice(1).join('/')
    zip.add(inside === '' ? path : inside, new Uint8Array(await file.arrayBuffer()), new Date(file.lastModified))
  }
  return zip.finish()
}
