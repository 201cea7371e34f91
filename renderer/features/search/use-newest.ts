import { useEffect, useState } from 'react'
import type { DocumentSummary } from '../../../shared/model/document.ts'
import { useServices } from '../../app/services-context.ts'

export const newestShown = 8
/** Imports change the library many times a second. */
const rereadAfterMs = 600

/** The newest items, kept up with the library; `null` until they are known. */
export function useNewest(): readonly DocumentSummary[] | null {
  const { client, changes } = useServices()
  const [rows, setRows] = useState<readonly DocumentSummary[] | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = (): void => {
      timer = undefined
      client.request('documents.list', { limit: newestShown }, { signal: controller.signal }).then(
        (reply) => setRows(reply.rows),
        // The list is a help only: without it the screen says what it always says.
        () => controller.signal.aborted || setRows((before) => before ?? []),
      )
    }
    read()
    const stop = changes.listen(() => {
      timer ??= setTimeout(read, rereadAfterMs)
    })
    return () => {
      controller.abort()
      clearTimeout(timer)
      stop()
    }
  }, [client, changes])
  return rows
}
