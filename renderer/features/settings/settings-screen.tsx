import { Box, Database, Info, Keyboard, Lock, SunMoon, type LucideIcon } from 'lucide-react'
import { NavLink, useParams } from 'react-router'
import { useDocumentTitle } from '../../app/use-document-title.ts'
import { Icon } from '../../ui/icon.tsx'
import { cx } from '../../ui/class-names.ts'
import side from '../../ui/side-list.module.css'
import { AboutPane } from './about-pane.tsx'
import { AppearancePane } from './appearance-pane.tsx'
import { KeyboardPane } from './keyboard-pane.tsx'
import { ModelsPane } from './models-pane.tsx'
import { PrivacyPane } from './privacy-pane.tsx'
import styles from './settings-screen.module.css'
import { StoragePane } from './storage-pane.tsx'

interface Pane {
  readonly path: string
  readonly name: string
  /** The heading, where the name alone says too little. */
  readonly title?: string
  readonly isWide?: boolean
  readonly icon: LucideIcon
  readonly view: () => React.JSX.Element
}

const panes: readonly Pane[] = [
  { path: 'models', name: 'Models', title: 'Models and spaces', isWide: true, icon: Box, view: ModelsPane },
  { path: 'appearance', name: 'Appearance', icon: SunMoon, view: AppearancePane },
  { path: 'storage', name: 'Storage', icon: Database, view: StoragePane },
  { path: 'privacy', name: 'Privacy', icon: Lock, view: PrivacyPane },
  { path: 'keyboard', name: 'Keyboard', icon: Keyboard, view: KeyboardPane },
  { path: 'about', name: 'About', icon: Info, view: AboutPane },
]

/** What can be chosen, one pane at a time. */
export function SettingsScreen(): React.JSX.Element {
  const { pane: path } = useParams()
  const pane = panes.find((one) => one.path === path) ?? panes[0]!
  const View = pane.view
  useDocumentTitle(pane.name)
  return (
    <div className={styles.panes}>
      <nav className={styles.nav} aria-label="Settings">
        <h1>Settings</h1>
        {panes.map(({ path: to, name, icon }) => (
          <NavLink key={to} to={`/settings/${to}`} className={side.item} aria-current={to === pane.path ? 'page' : undefined}>
            <Icon of={icon} />
            <span className={side.label}>{name}</span>
          </NavLink>
        ))}
      </nav>
      {/* The pane scrolls with the arrow keys. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles.scroll} aria-label={pane.name} tabIndex={0}>
        <div className={cx(styles.pane, pane.isWide && styles.wide)}>
          <h2>{pane.title ?? pane.name}</h2>
          <View />
        </div>
      </section>
    </div>
  )
}
