import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { Button } from '../ui/button.tsx'
import { cx } from '../ui/class-names.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { Keys } from '../ui/keys.tsx'
import type { Toast } from '../ui/toast-store.ts'
import { sentence } from '../ui/sentence.ts'
import { useServices } from './services-context.ts'
import styles from './toast-region.module.css'

const shownForMs = 8_000
/** Errors stay longer: they ask for something to be done. */
const errorShownForMs = 20_000

/** What just happened, with the way back. */
export function ToastRegion(): React.JSX.Element {
  const { toasts } = useServices()
  const shown = useStore(toasts.store, (state) => state.toasts)
  return (
    <div className={styles.region} role="region" aria-label="Messages">
      <div role="status" className={styles.list}>
        {shown.map((toast, i) => (
          <ToastView key={toast.id} toast={toast} isLast={i === shown.length - 1} />
        ))}
      </div>
    </div>
  )
}

function ToastView({ toast, isLast }: { readonly toast: Toast; readonly isLast: boolean }): React.JSX.Element {
  const { toasts } = useServices()
  const [isHeld, setHeld] = useState(false)
  const { id, tone } = toast
  useEffect(() => {
    if (isHeld) return
    const timer = setTimeout(() => toasts.dismiss(id), tone === 'error' ? errorShownForMs : shownForMs)
    return () => clearTimeout(timer)
  }, [toasts, id, tone, isHeld])
  return (
    <div
      className={cx(styles.toast, tone === 'error' && styles.error)}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className={styles.text}>
        {toast.message}
        {toast.detail !== undefined && (
          <span className={styles.detail}>{toast.tone === 'error' ? sentence(toast.detail) : toast.detail}</span>
        )}
      </span>
      {toast.action !== undefined && (
        <Button
          look="plain"
          size="small"
          onPress={() => {
            toasts.dismiss(id)
            toast.action?.run()
          }}
        >
          {toast.action.label}
        </Button>
      )}
      {toast.undo !== undefined && (
        <Button look="plain" size="small" onPress={() => toasts.undo(id)}>
          Undo {isLast && <Keys of="z" />}
        </Button>
      )}
      <IconButton icon={X} size="small" label="Dismiss" onPress={() => toasts.dismiss(id)} />
    </div>
  )
}
