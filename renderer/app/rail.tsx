import { Activity, FlaskConical, Library, Search, Settings, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link, useLocation } from 'react-router'
import { useStore } from 'zustand'
import { countOf } from '../ui/format.ts'
import { HiddenText } from '../ui/hidden-text.tsx'
import { Icon } from '../ui/icon.tsx'
import styles from './rail.module.css'
import { useServices } from './services-context.ts'
import { useReturnPaths } from './use-return-paths.ts'

/** The screens, with their names. */
export function Rail(): React.JSX.Element {
  const { status } = useServices()
  const failed = useStore(status.store, (state) => state.status?.failedItems ?? 0)
  const paths = useReturnPaths()
  return (
    <nav className={styles.rail} aria-label="Screens">
      <RailItem to={paths.search} area="search" icon={Search}>
        Search
      </RailItem>
      <RailItem to={paths.library} area="library" icon={Library}>
        Library
      </RailItem>
      <RailItem to="/lab" area="lab" icon={FlaskConical}>
        Lab
      </RailItem>
      <span className={styles.gap} />
      <RailItem to="/activity" area="activity" icon={Activity}>
        Activity
        {failed > 0 && (
          <span className={styles.badge}>
            <HiddenText>, {countOf(failed, 'item')} failed</HiddenText>
          </span>
        )}
      </RailItem>
      <RailItem to="/settings" area="settings" icon={Settings}>
        Settings
      </RailItem>
    </nav>
  )
}

interface RailItemProps {
  readonly to: string
  readonly area: string
  readonly icon: LucideIcon
  readonly children: ReactNode
}

function RailItem({ to, area, icon, children }: RailItemProps): React.JSX.Element {
  const { pathname } = useLocation()
  const isCurrent = pathname.split('/')[1] === area
  return (
    <Link to={to} className={styles.item} aria-current={isCurrent ? 'page' : undefined}>
      <Icon of={icon} size="large" />
      <span>{children}</span>
    </Link>
  )
}
