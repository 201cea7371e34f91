import { BookOpen, BookmarkPlus, ExternalLink, Minus, Plus, Search, Star, Tag, Trash2 } from 'lucide-react'
import { useMemo, type RefObject } from 'react'
import type { SearchHit } from '../../../shared/model/search.ts'
import type { Command } from '../../app/commands/command.ts'
import { useCommands } from '../../app/commands/use-commands.ts'
import { useServices } from '../../app/services-context.ts'
import type { DocumentActions } from '../documents/document-actions.ts'
import { emptySelection } from '../documents/selection.ts'
import type { ReaderPaneHandle } from '../reader/reader-pane.tsx'
import type { HitActions } from './hit-view.tsx'
import type { QueryBoxHandle } from './query-box.tsx'
import type { SearchState } from './search-updates.ts'
import type { CurrentHit } from './use-current-hit.ts'
import { itemOfHit } from './use-hit-actions.ts'

interface SearchCommandParts {
  readonly box: RefObject<QueryBoxHandle | null>
  readonly reader: RefObject<ReaderPaneHandle | null>
  readonly current: CurrentHit
  readonly hitActions: HitActions
  readonly state: SearchState
  readonly isNarrow: boolean
  readonly openSaved: () => void
}

/** The keys of the search screen. */
export function useSearchCommands(parts: SearchCommandParts): void {
  const { box, reader, current, hitActions, state, isNarrow, openSaved } = parts
  const { search, actions } = useServices()
  const { hit, index, moveTo, focus } = current
  const { shown, selection, unfolded } = state
  const commands = useMemo((): Command[] => {
    const always = screenCommands(box, openSaved)
    if (hit === null) return always
    const selected = shown?.hits.filter(({ documentId }) => selection.ids.has(documentId)) ?? []
    const isUnfolded = unfolded.has(hit.documentId)
    return [
      ...always,
      ...movingCommands({ index, moveTo, isNarrow, reader, open: () => hitActions.open(hit) }),
      ...queryCommands(hit, hitActions, isUnfolded),
      ...selectingCommands(hit, hitActions, () => search.select(emptySelection)),
      ...itemCommands({ hit, selected, actions, reader, focus }),
    ]
  }, [box, reader, hit, index, moveTo, hitActions, shown, selection, unfolded, isNarrow, openSaved, search, actions, focus])
  useCommands('search', commands)
}

function screenCommands(box: RefObject<QueryBoxHandle | null>, openSaved: () => void): Command[] {
  const group = 'Search' as const
  const type = (): void => box.current?.focus()
  return [
    { id: 'search.box', title: 'Type a search', group, icon: Search, keys: ['/'], inPalette: false, run: type },
    {
      id: 'search.saved',
      title: 'Saved searches, and keep this one',
      group,
      icon: BookmarkPlus,
      keys: ['Mod+D'],
      inFields: true,
      run: openSaved,
    },
  ]
}

interface MovingParts {
  readonly index: number
  readonly moveTo: (index: number) => void
  readonly isNarrow: boolean
  readonly reader: RefObject<ReaderPaneHandle | null>
  readonly open: () => void
}

function movingCommands({ index, moveTo, isNarrow, reader, open }: MovingParts): Command[] {
  const moving = (id: string, title: string, key: string, run: () => void): Command => {
    return { id: `hit.${id}`, title, group: 'Moving', keys: [key], icon: BookOpen, inPalette: false, run }
  }
  const preview = (step: 1 | -1) => (): void => (isNarrow ? open() : reader.current?.scrollByPage(step))
  return [
    moving('next', 'Next result', 'j', () => moveTo(index + 1)),
    moving('previous', 'Previous result', 'k', () => moveTo(index - 1)),
    moving('open', 'Open in the whole window', 'Enter', open),
    moving('preview', isNarrow ? 'Preview' : 'Read on in the preview', 'Space', preview(1)),
    moving('previewBack', 'Read back', 'Shift+Space', preview(-1)),
    moving('reader', 'Go to the text', 'ArrowRight', () => reader.current?.focus()),
  ]
}

function queryCommands(hit: SearchHit, hitActions: HitActions, isUnfolded: boolean): Command[] {
  const group = 'Search' as const
  const like = (isMore: boolean) => (): void => hitActions.like(hit, isMore)
  const fold = (): void => (isUnfolded ? hitActions.fold(hit) : hitActions.unfold(hit))
  return [
    { id: 'hit.more', title: 'More like this result', group, icon: Plus, keys: ['m'], run: like(true) },
    { id: 'hit.less', title: 'Less like this result', group, icon: Minus, keys: ['n'], run: like(false) },
    { id: 'hit.unfold', title: 'Further passages of this result', group, keys: ['e'], inPalette: false, run: fold },
  ]
}

function selectingCommands(hit: SearchHit, hitActions: HitActions, clear: () => void): Command[] {
  const rest = { group: 'Items', inPalette: false } as const
  const toggle = (isRange: boolean) => (): void => hitActions.toggleSelected(hit, isRange)
  return [
    { ...rest, id: 'hit.select', title: 'Select', keys: ['x'], run: toggle(false) },
    { ...rest, id: 'hit.selectRange', title: 'Select up to here', keys: ['X'], run: toggle(true) },
    { ...rest, id: 'hit.selectNone', title: 'Clear the selection', keys: ['Escape'], run: clear },
  ]
}

interface ItemParts {
  readonly hit: SearchHit
  readonly selected: readonly SearchHit[]
  readonly actions: DocumentActions
  readonly reader: RefObject<ReaderPaneHandle | null>
  readonly focus: () => void
}

function itemCommands({ hit, selected, actions, reader, focus }: ItemParts): Command[] {
  const group = 'Items' as const
  const items = (selected.length > 0 ? selected : [hit]).map(itemOfHit)
  const star = (): void => actions.star(items, !hit.isStarred)
  const original = (): void => void actions.openOriginal(itemOfHit(hit))
  return [
    { id: 'hit.star', title: hit.isStarred ? 'Take the star away' : 'Star', group, icon: Star, keys: ['s'], run: star },
    { id: 'hit.tags', title: 'Tags', group, icon: Tag, keys: ['t'], run: () => openTags(selected.length > 0, reader) },
    { id: 'hit.original', title: 'Open the original', group, icon: ExternalLink, keys: ['o'], run: original },
    {
      id: 'hit.trash',
      title: 'Move to the trash',
      group,
      icon: Trash2,
      keys: ['Delete'],
      aliases: ['delete', 'remove'],
      run: () => {
        actions.trash(items)
        // The focus went with the result: it goes on to the next one.
        focus()
      },
    },
  ]
}

/** Of several items the bar at the foot has the tags, of one the reader. */
function openTags(isSeveral: boolean, reader: RefObject<ReaderPaneHandle | null>): void {
  const button = isSeveral ? document.querySelector<HTMLElement>('[data-selection-tags]') : null
  if (button === null) reader.current?.openTags()
  else button.click()
}
