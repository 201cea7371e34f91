import { useEffect } from 'react'
import type { Document } from '../../../shared/model/document.ts'
import { useServices } from '../../app/services-context.ts'

/** Marks an item as read once it has been open for a while in a window that is looked at. */
export function useMarkRead(document: Document | null, isChosen: boolean, afterMs: number): void {
  const { actions } = useServices()
  const isOpenUnread = document !== null && isChosen && document.readAt === null && document.trashedAt === null
  const id = document?.id
  useEffect(() => {
    if (!isOpenUnread || document === null) return
    const timer = setTimeout(() => {
      if (globalThis.document.visibilityState === 'visible') actions.setRead([document], true)
    }, afterMs)
    return () => clearTimeout(timer)
    // The item is named by its id.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [actions, id, isOpenUnread, afterMs])
}
