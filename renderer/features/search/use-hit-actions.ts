import { useMemo } from 'react'
import { useNavigate } from 'react-router'
import type { SearchHit } from '../../../shared/model/search.ts'
import { useServices } from '../../app/services-context.ts'
import type { ActedOn } from '../documents/document-actions.ts'
import { pathOfItem } from '../documents/item-path.ts'
import { selectRange, toggleId } from '../documents/selection.ts'
import type { HitActions } from './hit-view.tsx'
import type { SearchParams } from './search-params.ts'
import type { CurrentHit } from './use-current-hit.ts'

interface HitActionParts {
  readonly params: SearchParams
  readonly go: (params: SearchParams, how: 'typing' | 'done') => void
  readonly current: CurrentHit
}

/** As much of a result as the actions on items need. */
export function itemOfHit({ documentId, title, source }: SearchHit): ActedOn {
  return { id: documentId, title, source }
}

/** What can be done with a result; the same object as long as the search is. */
export function useHitActions({ params, go, current: { choose } }: HitActionParts): HitActions {
  const { search, actions } = useServices()
  const navigate = useNavigate()
  return useMemo(
    () => ({
      choose: (hit) => choose(hit),
      open: (hit, passage) => {
        // A passage of the list is shown in the reader beside it; the item itself in the whole window.
        if (passage === undefined) void navigate(pathOfItem(hit.documentId, { passage: hit.passage, q: params.q }))
        else choose(hit, passage)
      },
      toggleSelected: (hit, isRange) => {
        const { selection, shown } = search.store.getState()
        const order = shown?.hits.map(({ documentId }) => documentId) ?? []
        search.select(isRange ? selectRange(selection, hit.documentId, order) : toggleId(selection, hit.documentId))
      },
      star: (hit) => actions.star([itemOfHit(hit)], !hit.isStarred),
      openOriginal: (hit) => void actions.openOriginal(itemOfHit(hit)),
      like: (hit, isMore) => go(withLike(params, hit.documentId, isMore), 'done'),
      unfold: search.unfold,
      fold: (hit) => search.fold(hit.documentId),
    }),
    [choose, navigate, params, search, actions, go],
  )
}

/** Adds an item to one side and takes it from the other; there twice, it goes. */
export function withLike(params: SearchParams, id: number, isMore: boolean): SearchParams {
  const has = (isMore ? params.more : params.less).includes(id)
  const more = params.more.filter((one) => one !== id)
  const less = params.less.filter((one) => one !== id)
  if (has) return { ...params, more, less }
  return isMore ? { ...params, more: [...more, id].slice(-20), less } : { ...params, more, less: [...less, id].slice(-20) }
}
