import { createStore, type StoreApi } from 'zustand/vanilla'

interface LayerState {
  readonly palette: { readonly isOpen: boolean; readonly text: string }
  readonly isKeysOpen: boolean
  /** A web address that waits for the person's word. */
  readonly address: string | null
}

export interface LayerStore {
  readonly store: StoreApi<LayerState>
  readonly openPalette: (text?: string) => void
  readonly closePalette: () => void
  readonly setKeysOpen: (isOpen: boolean) => void
  /** Shows a web address before it is opened. */
  readonly askToOpen: (url: string) => void
  readonly forgetAddress: () => void
}

/** The layers that any screen can open. */
export function createLayerStore(): LayerStore {
  const store = createStore<LayerState>(() => ({
    palette: { isOpen: false, text: '' },
    isKeysOpen: false,
    address: null,
  }))
  return {
    store,
    openPalette: (text = '') => store.setState({ palette: { isOpen: true, text }, isKeysOpen: false }),
    closePalette: () => store.setState(({ palette }) => ({ palette: { ...palette, isOpen: false } })),
    setKeysOpen: (isKeysOpen) => store.setState({ isKeysOpen }),
    askToOpen: (address) => store.setState({ address }),
    forgetAddress: () => store.setState({ address: null }),
  }
}
