import { AkinError, isCode } from '../../../shared/errors.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import { fileNameOf } from '../../ui/file-name.ts'
import { documentToMarkdown } from './document-to-markdown.ts'
import { ZipWriter } from './zip-writer.ts'

export type ExportFormat = 'markdown' | 'jsonl'

export interface Exported {
  readonly blob: Blob
  readonly name: string
  readonly written: number
  /** Items that were deleted meanwhile or could not be read. */
  readonly missing: number
}

interface ExportOptions {
  readonly signal: AbortSignal
  readonly onProgress: (done: number) => void
}

/**
 * Reads items one after the other and writes them into one file: a zip of Markdown files (a single item alone), or JSON
 * Lines.
 *
 * @throws AkinError `cancelled`, or what stopped it as a whole
 */
export async function exportItems(
  client: AkinClient,
  ids: readonly number[],
  format: ExportFormat,
  { signal, onProgress }: ExportOptions,
): Promise<Exported> {
  const zip = new ZipWriter()
  const lines: string[] = []
  let [written, missing] = [0, 0]
  let single: { text: string; title: string } | null = null
  for (const [done, id] of ids.entries()) {
    onProgress(done)
    const document = await client.request('documents.get', { id }, { signal }).catch((error: unknown) => {
      if (isCode(error, 'not-found')) return null
      throw error
    })
    if (document === null) missing++
    else {
      written++
      if (format === 'jsonl') lines.push(`${JSON.stringify(document)}\n`)
      else {
        const text = documentToMarkdown(document)
        single = { text, title: document.title }
        zip.add(fileNameOf(document.title, 'md'), text, new Date(document.updatedAt))
      }
    }
  }
  if (written === 0) throw new AkinError('not-found', 'None of these items is there any more')
  if (format === 'jsonl') {
    return { blob: new Blob(lines, { type: 'application/jsonl' }), name: 'akin-export.jsonl', written, missing }
  }
  if (written === 1 && single !== null) {
    const blob = new Blob([single.text], { type: 'text/markdown' })
    return { blob, name: fileNameOf(single.title, 'md'), written, missing }
  }
  return { blob: zip.finish(), name: 'akin-export.zip', written, missing }
}
