import { BookOpen, Copy, ExternalLink, Plus, RefreshCw, Star, Trash2, Waypoints } from 'lucide-react'
import { useMemo } from 'react'
import { useNavigate } from 'react-router'
import type { SearchHit } from '../../../shared/model/search.ts'
import { useServices } from '../../app/services-context.ts'
import { pathOfItem } from '../documents/item-path.ts'
import type { PaletteItem, PaletteSection } from './palette-items.ts'

/** What can be done with an item from the palette. */
export function useItemActions(hit: SearchHit | null): readonly PaletteSection[] {
  const { actions, toasts } = useServices()
  const navigate = useNavigate()
  return useMemo(() => {
    if (hit === null) return []
    const item = { id: hit.documentId, title: hit.title, source: hit.source }
    const line = (id: string, title: string, icon: PaletteItem['icon'], run: () => void): PaletteItem => ({
      id: `action.${id}`,
      title,
      icon,
      titleSpans: [],
      hint: null,
      hintSpans: [],
      keys: null,
      disabledReason: null,
      hit: null,
      run,
    })
    const copyLink = (): void => {
      const address = `${location.origin}${location.pathname}#${pathOfItem(hit.documentId)}`
      void navigator.clipboard.writeText(address).then(() => toasts.show({ message: 'The link is copied' }))
    }
    const items = [
      line('open', 'Open', BookOpen, () => void navigate(pathOfItem(hit.documentId, { passage: hit.passage }))),
      line('original', 'Open the original', ExternalLink, () => void actions.openOriginal(item)),
      line('star', hit.isStarred ? 'Take the star away' : 'Star', Star, () => actions.star([item], !hit.isStarred)),
      line('more', 'Search for more like this', Plus, () => void navigate(`/search?more=${hit.documentId}`)),
      line('kin', 'Open with its kin', Waypoints, () => void navigate(`${pathOfItem(hit.documentId)}?kin=1`)),
      line('again', 'Read again', RefreshCw, () => void actions.readAgain([item])),
      line('copy', 'Copy the link', Copy, copyLink),
      line('trash', 'Move to the trash', Trash2, () => actions.trash([item])),
    ]
    return [{ title: hit.title, items }]
  }, [hit, actions, toasts, navigate])
}
