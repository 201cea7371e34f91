import { Box, Database, Info, Keyboard, Lock, SunMoon } from 'lucide-react'
import { PaneScreen, type Pane } from '../../app/pane-screen.tsx'
import { AboutPane } from './about-pane.tsx'
import { AppearancePane } from './appearance-pane.tsx'
import { KeyboardPane } from './keyboard-pane.tsx'
import { ModelsPane } from './models-pane.tsx'
import { PrivacyPane } from './privacy-pane.tsx'
import { StoragePane } from './storage-pane.tsx'

const panes: readonly Pane[] = [
  { path: 'models', name: 'Models', title: 'Models and spaces', isWide: true, icon: Box, view: ModelsPane },
  { path: 'appearance', name: 'Appearance', icon: SunMoon, view: AppearancePane },
  { path: 'storage', name: 'Storage', icon: Database, view: StoragePane },
  { path: 'privacy', name: 'Privacy', icon: Lock, view: PrivacyPane },
  { path: 'keyboard', name: 'Keyboard', icon: Keyboard, view: KeyboardPane },
  { path: 'about', name: 'About', icon: Info, view: AboutPane },
]

/** What can be chosen. */
export function SettingsScreen(): React.JSX.Element {
  return <PaneScreen name="Settings" base="/settings" panes={panes} />
}
