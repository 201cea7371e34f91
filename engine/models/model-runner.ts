import { z } from 'zod'
import { ImportAnswers } from '../../shared/model/embedding-model.ts'
import type { JobRunner } from '../jobs/job-queue.ts'
import { createDownloadRunner, type DownloadRunnerOptions } from './download-runner.ts'
import { importModel } from './import-model.ts'

const ImportPayload = z.object({ type: z.literal('import'), path: z.string(), answers: ImportAnswers })

/** Downloads a model of the catalogue, or imports one from a folder or zip file. */
export function createModelRunner(options: DownloadRunnerOptions & { readonly onInstalled: () => void }): JobRunner {
  const download = createDownloadRunner(options)
  return async (context) => {
    const payload = ImportPayload.safeParse(context.job.payload)
    if (!payload.success) await download(context)
    else {
      await importModel(payload.data.path, {
        store: options.store,
        answers: payload.data.answers,
        signal: context.signal,
        onProgress: (completed, total) => context.progress({ completed, total }),
        ...(options.prepare === undefined ? {} : { prepare: options.prepare }),
      })
    }
    options.onInstalled()
  }
}
