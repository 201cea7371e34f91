import { useCallback, useEffect, useRef, useState } from 'react'
import { AkinError } from '../../../shared/errors.ts'
import { useServices } from '../../app/services-context.ts'
import { openFileChooser } from '../importing/open-file-chooser.ts'
import { uploadModel, type ChosenModel } from './model-files.ts'

interface ModelChooser {
  readonly chosen: ChosenModel | null
  /** How much of it has been sent, 0…1, where the page sends it; `null` when nothing is under way. */
  readonly sent: number | null
  readonly error: AkinError | null
  readonly choose: (what: 'folder' | 'zip') => void
}

/** Lets a person choose a model's folder or zip file, by the host's own dialog where it has one. */
export function useModelChooser(): ModelChooser {
  const { client } = useServices()
  const [chosen, setChosen] = useState<ChosenModel | null>(null)
  const [sent, setSent] = useState<number | null>(null)
  const [error, setError] = useState<AkinError | null>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  const take = useCallback(async (work: (signal: AbortSignal) => Promise<ChosenModel | null>): Promise<void> => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    setError(null)
    try {
      const model = await work(controller.signal)
      if (model !== null && !controller.signal.aborted) setChosen(model)
    } catch (cause) {
      if (!(cause instanceof AkinError)) throw cause
      if (!controller.signal.aborted) setError(cause)
    } finally {
      if (!controller.signal.aborted) setSent(null)
    }
  }, [])
  const choose = useCallback(
    (what: 'folder' | 'zip') => {
      if (client.host.importBy === 'grant') {
        void take(async () => {
          const { grants } = await client.request('host.pick', { what: what === 'zip' ? 'files' : 'folder' })
          const [first] = grants
          return first === undefined ? null : { source: { type: 'grant', grant: first.grant }, name: first.name }
        })
        return
      }
      const kind = what === 'zip' ? { accept: '.zip' } : { isFolder: true }
      openFileChooser(kind, (files) => {
        void take((signal) => {
          setSent(0)
          return uploadModel(client, files, { signal, onProgress: (bytes, all) => setSent(bytes / Math.max(1, all)) })
        })
      })
    },
    [client, take],
  )
  return { chosen, sent, error, choose }
}
