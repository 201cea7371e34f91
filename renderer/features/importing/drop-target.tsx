import { FileInput } from 'lucide-react'
import { useLocation } from 'react-router'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { countOf } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import styles from './drop-target.module.css'
import { useWindowDrop } from './use-window-drop.ts'

/** Takes a drop anywhere in the window, and says so while something is held over it. */
export function DropTarget(): React.JSX.Element | null {
  const { status, imports } = useServices()
  useWindowDrop()
  const { isOver, count } = useStore(imports.store, (state) => state.drag)
  const isFirstStart = useStore(status.store, (state) => state.status?.documents === 0)
  const { pathname } = useLocation()
  // The drop zone of the first start says it itself.
  if (!isOver || (isFirstStart && pathname === '/search')) return null
  return (
    <div className={styles.frame} aria-hidden>
      <p className={styles.words}>
        <Icon of={FileInput} size="large" />
        {count === null ? 'Let go to bring it in' : `Let go to bring in ${countOf(count, 'item')}`}
      </p>
    </div>
  )
}
