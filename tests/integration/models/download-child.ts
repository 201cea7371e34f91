/**
 * Downloads the small model until it is done or killed; prints how many bytes are here.
 *
 *     node download-child.ts <folder> <hub>
 */
import { writeSync } from 'node:fs'
import { createDownloadRunner } from '../../../engine/models/download-runner.ts'
import type { StoredJob } from '../../../engine/library/library-store.ts'
import { entryOf, openStore } from './use-models.ts'

const [folder, hub] = process.argv.slice(2) as [string, string]
const run = createDownloadRunner({
  store: openStore(folder),
  catalogue: [entryOf()],
  hub: () => hub,
  onSent: () => undefined,
})
await run({
  job: { payload: { catalogueId: 'tiny', variant: 'q8' } } as unknown as StoredJob,
  isResumed: false,
  signal: new AbortController().signal,
  progress: ({ completed }) => void writeSync(1, `${completed}\n`),
  addItems: () => Promise.resolve(),
})
writeSync(1, 'done\n')
