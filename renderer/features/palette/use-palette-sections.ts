import { Command as CommandIcon, Search, TextSearch } from 'lucide-react'
import { useMemo } from 'react'
import { useNavigate } from 'react-router'
import { useStore } from 'zustand'
import type { SearchHit } from '../../../shared/model/search.ts'
import { allCommands } from '../../app/commands/command-registry.ts'
import { useServices } from '../../app/services-context.ts'
import { formatDay } from '../../ui/format.ts'
import { kindLooks } from '../../ui/kinds.ts'
import { pathOfItem } from '../documents/item-path.ts'
import { matchCommands, type CommandMatch } from './match-commands.ts'
import { typedSpans, type PaletteItem, type PaletteSection } from './palette-items.ts'
import { useQuickSearch } from './use-quick-search.ts'

interface PaletteContent {
  readonly sections: readonly PaletteSection[]
  readonly isSearching: boolean
}

const commandsBesideItems = 4

/** What the palette shows for a text: items and commands, or commands alone after `>`. */
export function usePaletteSections(text: string): PaletteContent {
  const { commands: registry, savedSearches } = useServices()
  const navigate = useNavigate()
  const isCommandsOnly = text.startsWith('>')
  const typed = (isCommandsOnly ? text.slice(1) : text).trim()
  const { hits, isSearching, text: answered } = useQuickSearch(isCommandsOnly ? '' : typed)
  const state = useStore(registry.store)
  const saved = useStore(savedSearches.store, ({ searches }) => searches)
  const sections = useMemo(() => {
    const matches = matchCommands(allCommands(state), typed)
    if (isCommandsOnly) return [{ title: 'Commands', items: matches.map(itemOfCommand) }]
    if (typed === '') {
      const searches = saved.map(({ id, name, query, mode }) => ({
        ...bareItem(`saved.${id}`, name),
        icon: TextSearch,
        hint: query,
        run: () => void navigate(`/search?${new URLSearchParams({ q: query, mode })}`),
      }))
      return withoutEmpty([
        { title: 'Saved searches', items: searches },
        { title: 'Commands', items: matches.map(itemOfCommand) },
      ])
    }
    const open = (hit: SearchHit) => (): void => void navigate(pathOfItem(hit.documentId, { passage: hit.passage, q: answered }))
    const everywhere: PaletteItem = {
      ...bareItem('search', `Search for “${typed}”`),
      icon: Search,
      keys: 'Mod+Enter',
      run: () => void navigate(`/search?${new URLSearchParams({ q: typed })}`),
    }
    return withoutEmpty([
      { title: 'Items', items: hits.map((hit) => itemOfHit(hit, typed, open(hit))) },
      { title: 'Commands', items: matches.slice(0, commandsBesideItems).map(itemOfCommand) },
      { title: 'Go on', items: [everywhere] },
    ])
  }, [state, typed, isCommandsOnly, hits, answered, saved, navigate])
  return { sections, isSearching }
}

function bareItem(id: string, title: string): PaletteItem {
  return {
    id,
    title,
    icon: CommandIcon,
    titleSpans: [],
    hint: null,
    hintSpans: [],
    keys: null,
    disabledReason: null,
    hit: null,
    run: () => undefined,
  }
}

function withoutEmpty(sections: readonly PaletteSection[]): PaletteSection[] {
  return sections.filter(({ items }) => items.length > 0)
}

function itemOfCommand({ command, spans, alias }: CommandMatch): PaletteItem {
  const hint = command.disabledReason ?? (alias === null ? null : `also found as “${alias}”`)
  return {
    ...bareItem(`command.${command.id}`, command.title),
    icon: command.icon ?? CommandIcon,
    titleSpans: spans,
    hint,
    keys: command.keys?.[0] ?? null,
    disabledReason: command.disabledReason ?? null,
    run: command.run,
  }
}

function itemOfHit(hit: SearchHit, typed: string, run: () => void): PaletteItem {
  const date = formatDay(hit.publishedAt ?? hit.importedAt)
  const byMeaning = hit.why.words.matched.length === 0 ? ', by meaning' : ''
  return {
    ...bareItem(`item.${hit.documentId}`, hit.title),
    icon: kindLooks[hit.kind].icon,
    titleSpans: typedSpans(hit.title, typed),
    hint: `${hit.source.label}, ${date}${byMeaning}`,
    hit,
    run,
  }
}
