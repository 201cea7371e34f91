import {
  ALargeSmall,
  ExternalLink,
  FolderOpen,
  MailOpen,
  PanelRight,
  RefreshCw,
  Star,
  Tag,
  TextSearch,
  Trash2,
  Waypoints,
} from 'lucide-react'
import { useMemo } from 'react'
import { useStore } from 'zustand'
import type { Document } from '../../../shared/model/document.ts'
import type { Command } from '../../app/commands/command.ts'
import { useCommands } from '../../app/commands/use-commands.ts'
import { useServices } from '../../app/services-context.ts'
import type { DocumentActions } from '../documents/document-actions.ts'
import { selectedSpan } from './places.ts'
import { nextFontSize } from './text-size.ts'
import type { Reader } from './use-reader.ts'

interface ReaderCommandParts {
  readonly reader: Reader
  readonly openTags: () => void
  readonly toggleKin: () => void
  readonly kinOfPassage: (span: readonly [number, number]) => void
  /** True where the keys of items belong to the reader alone, not to a list beside it. */
  readonly ownsItemKeys: boolean
}

const group = 'Reader' as const
/** About as much as one passage of the index. */
const passageLength = 900

/** The keys and palette entries of the open item. */
export function useReaderCommands({ reader, openTags, toggleKin, kinOfPassage, ownsItemKeys }: ReaderCommandParts): void {
  const { actions, host } = useServices()
  const canShowInFolder = useStore(host.store, (state) => state.canShowInFolder)
  const size = useSizeCommands()
  const { document, find, article, whereReading } = reader
  const { open: openFind } = find
  const commands = useMemo((): Command[] => {
    const always = [...kinCommands(toggleKin, ownsItemKeys), ...size]
    if (document === null) return always
    const ofPassage = (): void => {
      const element = article.current?.element ?? null
      const selected = element === null ? null : selectedSpan(element)
      const from = whereReading()
      kinOfPassage(selected ?? [from, Math.min(document.text.length, from + passageLength)])
    }
    const find: Command = {
      id: 'reader.find',
      title: 'Find in page',
      group,
      icon: TextSearch,
      keys: ['Mod+F'],
      inFields: true,
      run: openFind,
    }
    const passage: Command = {
      id: 'reader.passage',
      title: 'Find kin of the selected passage',
      group,
      icon: Waypoints,
      keys: ['p'],
      run: ofPassage,
    }
    return [
      ...always,
      find,
      passage,
      ...stateCommands(document, actions, canShowInFolder),
      ...(ownsItemKeys ? itemCommands(document, actions, openTags) : []),
    ]
  }, [document, openFind, article, whereReading, actions, canShowInFolder, size, toggleKin, openTags, kinOfPassage, ownsItemKeys])
  useCommands('reader', commands)
}

function useSizeCommands(): Command[] {
  const { settings } = useServices()
  return useMemo(() => {
    const resize = (step: 1 | -1) => (): void => {
      const { readerFontSizePx } = settings.store.getState().settings
      settings.update({ readerFontSizePx: nextFontSize(readerFontSizePx, step) })
    }
    const aliases = ['font size', 'zoom']
    return [
      { id: 'reader.larger', title: 'Larger text', group, icon: ALargeSmall, aliases, keys: ['+', '='], run: resize(1) },
      { id: 'reader.smaller', title: 'Smaller text', group, icon: ALargeSmall, aliases, keys: ['-'], run: resize(-1) },
    ]
  }, [settings])
}

/** Beside a list, `k` moves in the list: it toggles kin only while the focus is in the reader. */
function kinCommands(run: () => void, isAlone: boolean): Command[] {
  const kin: Command = { id: 'reader.kin', title: 'Show or hide kin', group, icon: PanelRight, keys: ['K'], run }
  if (isAlone) return [{ ...kin, keys: ['k', 'K'] }]
  const inside = { id: 'reader.kin.inside', title: 'The same, in the reader', keys: ['k'], within: '[data-area=reader]' }
  return [kin, { ...kin, ...inside, inPalette: false }]
}

function stateCommands(document: Document, actions: DocumentActions, canShowInFolder: boolean): Command[] {
  const isRead = document.readAt !== null
  const commands: Command[] = [
    {
      id: 'reader.read',
      title: isRead ? 'Mark as unread' : 'Mark as read',
      group,
      icon: MailOpen,
      keys: ['u'],
      run: () => actions.setRead([document], !isRead),
    },
    {
      id: 'reader.again',
      title: 'Read this item again',
      group,
      icon: RefreshCw,
      aliases: ['reindex', 'import'],
      run: () => void actions.readAgain([document]),
    },
  ]
  if (!canShowInFolder || document.source.type !== 'path') return commands
  const reveal = (): void => void actions.reveal(document)
  return [
    ...commands,
    { id: 'reader.reveal', title: 'Show in its folder', group, icon: FolderOpen, aliases: ['finder'], run: reveal },
  ]
}

function itemCommands(document: Document, actions: DocumentActions, openTags: () => void): Command[] {
  const rest = { group: 'Items' } as const
  const star = (): void => actions.star([document], !document.isStarred)
  const original = (): void => void actions.openOriginal(document)
  const trash = (): void => actions.trash([document])
  return [
    { ...rest, id: 'item.star', title: document.isStarred ? 'Take the star away' : 'Star', icon: Star, keys: ['s'], run: star },
    { ...rest, id: 'item.tags', title: 'Tags', icon: Tag, keys: ['t'], run: openTags },
    { ...rest, id: 'item.original', title: 'Open the original', icon: ExternalLink, keys: ['o'], run: original },
    { ...rest, id: 'item.trash', title: 'Move to the trash', icon: Trash2, aliases: ['delete'], keys: ['Delete'], run: trash },
  ]
}
