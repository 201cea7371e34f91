import type { RequestInput } from '../../../shared/contract/requests.ts'
import { AkinError } from '../../../shared/errors.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import type { FoundFile } from './walk-entries.ts'

export type Source = RequestInput<'documents.import'>['sources'][number]

/** A file that never arrived, with the reason. */
export interface Unsent {
  readonly path: string
  readonly message: string
  readonly advice: string | undefined
}

interface UploadOptions {
  readonly signal: AbortSignal
  readonly onSent: (sent: number) => void
}

const parallelUploads = 4

/**
 * Sends files a few at a time; one that cannot be sent is told and does not stop the others.
 *
 * @returns sources in the order of the files
 * @throws AkinError `cancelled`, or `unavailable` when the host is gone
 */
export async function uploadFiles(
  client: AkinClient,
  files: readonly FoundFile<File>[],
  { signal, onSent }: UploadOptions,
): Promise<{ readonly sources: readonly Source[]; readonly unsent: readonly Unsent[] }> {
  const sources: (Source | null)[] = files.map(() => null)
  const unsent: Unsent[] = []
  let next = 0
  let sent = 0
  const worker = async (): Promise<void> => {
    while (next < files.length) {
      const at = next++
      const { file, path } = files[at]!
      try {
        const { uploadId } = await client.host.upload(file, path, { signal })
        sources[at] = { type: 'upload', uploadId, name: path, modifiedAt: new Date(file.lastModified).toISOString() }
      } catch (error) {
        if (!(error instanceof AkinError) || error.code === 'cancelled' || error.code === 'unavailable') throw error
        unsent.push({ path, message: error.message, advice: error.advice })
      }
      onSent(++sent)
    }
  }
  await Promise.all(Array.from({ length: parallelUploads }, worker))
  return { sources: sources.filter((source) => source !== null), unsent }
}
