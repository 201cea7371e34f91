import { useEffect, useState } from 'react'
import { AkinError, isCode } from '../../../shared/errors.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { countOf, formatNumber } from '../../ui/format.ts'
import { Progress } from '../../ui/progress.tsx'
import { saveFile } from '../../ui/save-file.ts'
import { sentence } from '../../ui/sentence.ts'
import styles from './export-dialog.module.css'
import { exportItems, type ExportFormat } from './export-items.ts'

interface ExportDialogProps {
  readonly items: readonly { readonly id: number }[]
  readonly format: ExportFormat
  readonly onClose: () => void
}

/** Writes the chosen items into a file, with progress and the way out. */
export function ExportDialog({ items, format, onClose }: ExportDialogProps): React.JSX.Element {
  const { client, toasts } = useServices()
  const [ids] = useState(() => items.map(({ id }) => id))
  const [done, setDone] = useState(0)
  const [error, setError] = useState<AkinError | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    const run = async (): Promise<void> => {
      try {
        const { blob, name, written, missing } = await exportItems(client, ids, format, {
          signal: controller.signal,
          onProgress: setDone,
        })
        saveFile(blob, name)
        toasts.show({
          message: `${countOf(written, 'item')} written to ${name}`,
          detail: missing === 0 ? undefined : `${countOf(missing, 'item')} ${missing === 1 ? 'was' : 'were'} no longer there`,
        })
        onClose()
      } catch (cause) {
        if (isCode(cause, 'cancelled')) return
        if (!(cause instanceof AkinError)) throw cause
        setError(cause)
      }
    }
    void run()
    return () => controller.abort()
    // One export for each time the dialog opens.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [])
  return (
    <Dialog title={`Export ${countOf(ids.length, 'item')}`} isOpen onClose={onClose} size="small">
      <div className={styles.body}>
        {error === null ? (
          <>
            <Progress label="Exporting" value={done} max={ids.length} />
            <p role="status">
              {formatNumber(done)} of {countOf(ids.length, 'item')}
            </p>
          </>
        ) : (
          <p role="alert">{sentence(error.message, error.advice)}</p>
        )}
        <Button onPress={onClose}>{error === null ? 'Cancel' : 'Close'}</Button>
      </div>
    </Dialog>
  )
}
