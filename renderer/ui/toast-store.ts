import { createStore, type StoreApi } from 'zustand/vanilla'

export interface Toast {
  readonly id: number
  readonly message: string
  readonly tone: 'info' | 'error'
  /** What to do about it. */
  readonly detail?: string | undefined
  /** Takes back what was said; the toast offers it, and so does the undo key for as long as it is the last change. */
  readonly undo?: (() => void) | undefined
  /** Another thing to do: "Show". */
  readonly action?: { readonly label: string; readonly run: () => void } | undefined
}

interface ToastState {
  readonly toasts: readonly Toast[]
  /** Changes that can still be taken back, the last one last. */
  readonly undoable: readonly Toast[]
}

export interface ToastStore {
  readonly store: StoreApi<ToastState>
  readonly show: (toast: Omit<Toast, 'id' | 'tone'> & { readonly tone?: Toast['tone'] }) => void
  readonly dismiss: (id: number) => void
  /** Takes back the last change that can be; false when there is none. */
  readonly undoLast: () => boolean
  readonly undo: (id: number) => void
}

const shownAtOnce = 3
const remembered = 50

export function createToastStore(): ToastStore {
  const store = createStore<ToastState>(() => ({ toasts: [], undoable: [] }))
  let lastId = 0
  const undo = (id: number): void => {
    const toast = store.getState().undoable.find((one) => one.id === id)
    store.setState((state) => withoutToast(state, id))
    toast?.undo?.()
  }
  return {
    store,
    show(toast) {
      store.setState((state) => withToast(state, { tone: 'info', ...toast, id: ++lastId }))
    },
    dismiss(id) {
      store.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }))
    },
    undo,
    undoLast() {
      const last = store.getState().undoable.at(-1)
      if (last === undefined) return false
      undo(last.id)
      return true
    },
  }
}

export function withToast({ toasts, undoable }: ToastState, toast: Toast): ToastState {
  return {
    toasts: [...toasts, toast].slice(-shownAtOnce),
    undoable: toast.undo === undefined ? undoable : [...undoable, toast].slice(-remembered),
  }
}

export function withoutToast({ toasts, undoable }: ToastState, id: number): ToastState {
  return { toasts: toasts.filter((toast) => toast.id !== id), undoable: undoable.filter((toast) => toast.id !== id) }
}
