import { useEffect } from 'react'
import { I18nProvider } from 'react-aria-components/I18nProvider'
import { HashRouter, Navigate, Route, Routes } from 'react-router'
import { useStore } from 'zustand'
import { ActivityScreen } from '../features/activity/activity-screen.tsx'
import { DropTarget } from '../features/importing/drop-target.tsx'
import { ImportDialog } from '../features/models/import-dialog.tsx'
import { AddSpaceDialog } from '../features/spaces/add-space-dialog.tsx'
import { LabScreen } from '../features/lab/lab-screen.tsx'
import { CompareScreen } from '../features/spaces/compare-screen.tsx'
import { LibraryScreen } from '../features/library/library-screen.tsx'
import { Palette } from '../features/palette/palette.tsx'
import { ItemScreen } from '../features/reader/item-screen.tsx'
import { SearchScreen } from '../features/search/search-screen.tsx'
import { SettingsScreen } from '../features/settings/settings-screen.tsx'
import { AddressDialog } from './address-dialog.tsx'
import styles from './app.module.css'
import { useKeyDispatch } from './commands/use-key-dispatch.ts'
import { ConnectionBanner } from './connection-banner.tsx'
import { KeysOverlay } from './keys-overlay.tsx'
import { LockedOut } from './locked-out.tsx'
import { Rail } from './rail.tsx'
import type { Services } from './services.ts'
import { ServicesProvider, useServices } from './services-context.ts'
import { StatusBar } from './status-bar.tsx'
import { applyTheme } from './theme.ts'
import { ToastRegion } from './toast-region.tsx'
import { useGlobalCommands } from './use-global-commands.ts'

export function App({ services }: { readonly services: Services }): React.JSX.Element {
  return (
    <ServicesProvider value={services}>
      <I18nProvider locale="en-GB">
        <HashRouter>
          <Window />
        </HashRouter>
      </I18nProvider>
    </ServicesProvider>
  )
}

function Window(): React.JSX.Element {
  const { settings, connection } = useServices()
  const theme = useStore(settings.store, (state) => state.settings.theme)
  const isLockedOut = useStore(connection, ({ state }) => state === 'locked-out')
  useEffect(() => applyTheme(theme), [theme])
  useGlobalCommands()
  useKeyDispatch()
  if (isLockedOut) return <LockedOut />
  return (
    <div className={styles.window}>
      <Rail />
      <main className={styles.main} id="main">
        <div className={styles.screen}>
          <ConnectionBanner />
          <Screens />
          <ToastRegion />
        </div>
      </main>
      <StatusBar />
      <DropTarget />
      <Palette />
      <KeysOverlay />
      <ImportDialog />
      <AddSpaceDialog />
      <AddressDialog />
    </div>
  )
}

function Screens(): React.JSX.Element {
  return (
    <Routes>
      <Route path="/search" element={<SearchScreen />} />
      <Route path="/search/compare" element={<CompareScreen />} />
      <Route path="/lab/:pane?" element={<LabScreen />} />
      <Route path="/library" element={<LibraryScreen />} />
      <Route path="/item/:id" element={<ItemScreen />} />
      <Route path="/activity/:jobId?" element={<ActivityScreen />} />
      <Route path="/settings/:pane?" element={<SettingsScreen />} />
      <Route path="*" element={<Navigate to="/search" replace />} />
    </Routes>
  )
}
