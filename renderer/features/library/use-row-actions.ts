import { useMemo } from 'react'
import { useNavigate } from 'react-router'
import { useServices } from '../../app/services-context.ts'
import { pathOfItem } from '../documents/item-path.ts'
import { toggleId } from '../documents/selection.ts'
import type { RowActions } from './row-actions.ts'

/** What a press on a row does. */
export function useRowActions(): RowActions {
  const { library, actions } = useServices()
  const navigate = useNavigate()
  return useMemo(() => {
    const toggle: RowActions['toggle'] = (row, index, isRange) => {
      library.setCursor(index)
      if (isRange) void library.selectTo(row.id)
      else library.select(toggleId(library.store.getState().selection, row.id))
    }
    return {
      toggle,
      press: (row, index, how) => {
        if (how !== 'plain') toggle(row, index, how === 'range')
        else {
          library.setCursor(index)
          // A range that is chosen next begins here.
          library.select({ ...library.store.getState().selection, anchor: row.id })
        }
      },
      open: (row) => void navigate(pathOfItem(row.id)),
      star: (row) => actions.star([row], !row.isStarred),
    }
  }, [library, actions, navigate])
}
