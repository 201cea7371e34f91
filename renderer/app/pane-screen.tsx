import type { LucideIcon } from 'lucide-react'
import { Link, useParams } from 'react-router'
import { cx } from '../ui/class-names.ts'
import { Icon } from '../ui/icon.tsx'
import side from '../ui/side-list.module.css'
import styles from './pane-screen.module.css'
import { useDocumentTitle } from './use-document-title.ts'

export interface Pane {
  readonly path: string
  readonly name: string
  /** The heading, where the name alone says too little. */
  readonly title?: string
  readonly isWide?: boolean
  readonly icon: LucideIcon
  readonly view: () => React.JSX.Element
}

interface PaneScreenProps {
  readonly name: string
  /** The address above the panes': `/settings`. */
  readonly base: string
  readonly panes: readonly Pane[]
}

/** A screen of several panes, one at a time, chosen at its side. */
export function PaneScreen({ name: screen, base, panes }: PaneScreenProps): React.JSX.Element {
  const { pane: path } = useParams()
  const pane = panes.find((one) => one.path === path) ?? panes[0]!
  const View = pane.view
  useDocumentTitle(pane.name)
  return (
    <div className={styles.panes}>
      <nav className={styles.nav} aria-label={screen}>
        <h1>{screen}</h1>
        {panes.map(({ path: to, name, icon }) => (
          <Link key={to} to={`${base}/${to}`} className={side.item} aria-current={to === pane.path ? 'page' : undefined}>
            <Icon of={icon} />
            <span className={side.label}>{name}</span>
          </Link>
        ))}
      </nav>
      {/* The pane scrolls with the arrow keys. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles.scroll} aria-label={pane.name} tabIndex={0}>
        <div className={cx(styles.pane, pane.isWide && styles.wide)}>
          <h2>{pane.title ?? pane.name}</h2>
          <View key={pane.path} />
        </div>
      </section>
    </div>
  )
}
