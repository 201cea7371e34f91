import {
  Activity,
  Command as CommandIcon,
  FilePlus2,
  FolderPlus,
  Keyboard,
  Library,
  Pause,
  RefreshCw,
  Search,
  Settings,
  SunMoon,
  Trash2,
  Undo2,
} from 'lucide-react'
import { useMemo } from 'react'
import { useNavigate } from 'react-router'
import { useStore } from 'zustand'
import { useChooser } from '../features/importing/use-chooser.ts'
import type { Command } from './commands/command.ts'
import { useCommands } from './commands/use-commands.ts'
import { useServices } from './services-context.ts'
import { shownTheme } from './theme.ts'

type Entry = Omit<Command, 'group'>

/** What can be done from every screen. */
export function useGlobalCommands(): void {
  const moving = useMovingCommands()
  const adding = useAddingCommands()
  const layers = useLayerCommands()
  const choices = useChoiceCommands()
  useCommands(
    'window',
    useMemo(
      () => [...layers, ...moving, ...adding, ...choices].map((entry): Command => ({ group: 'Everywhere', ...entry })),
      [layers, moving, adding, choices],
    ),
  )
}

const places: readonly (Omit<Entry, 'run'> & { readonly path: string })[] = [
  { id: 'go.search', path: '/search', title: 'Go to Search', icon: Search, keys: ['Mod+1'] },
  { id: 'go.library', path: '/library', title: 'Go to the Library', icon: Library, keys: ['Mod+2'] },
  {
    id: 'go.activity',
    path: '/activity',
    title: 'Go to Activity',
    icon: Activity,
    keys: ['Mod+3'],
    aliases: ['jobs', 'progress', 'failed'],
  },
  { id: 'go.settings', path: '/settings', title: 'Open Settings', icon: Settings, keys: ['Mod+,'], aliases: ['preferences'] },
  { id: 'go.trash', path: '/library?view=trash', title: 'Open the trash', icon: Trash2, aliases: ['deleted', 'bin'] },
  {
    id: 'go.storage',
    path: '/settings/storage',
    title: 'Settings: Storage',
    icon: Settings,
    aliases: ['disk', 'folder', 'rebuild'],
  },
  {
    id: 'go.privacy',
    path: '/settings/privacy',
    title: 'Settings: Privacy',
    icon: Settings,
    aliases: ['sent', 'network', 'pictures'],
  },
  { id: 'go.keyboard', path: '/settings/keyboard', title: 'Settings: Keyboard', icon: Settings, aliases: ['shortcuts'] },
  {
    id: 'go.about',
    path: '/settings/about',
    title: 'Settings: About',
    icon: Settings,
    aliases: ['version', 'licences', 'diagnostics', 'model'],
  },
]

function useMovingCommands(): Entry[] {
  const navigate = useNavigate()
  return useMemo(
    () => [
      ...places.map(({ path, ...entry }) => ({ ...entry, inFields: true, run: () => void navigate(path) })),
      { id: 'go.back', title: 'Go back', keys: ['Alt+ArrowLeft'], inPalette: false, run: () => void navigate(-1) },
      { id: 'go.forward', title: 'Go forward', keys: ['Alt+ArrowRight'], inPalette: false, run: () => void navigate(1) },
    ],
    [navigate],
  )
}

function useAddingCommands(): Entry[] {
  const { imports, status } = useServices()
  const { chooseFiles, chooseFolder } = useChooser()
  const hasSample = useStore(status.store, (state) => state.status?.hasSample ?? false)
  return useMemo(() => {
    const adds = { inFields: true, aliases: ['import', 'open'] }
    return [
      { ...adds, id: 'add.folder', title: 'Add a folder…', icon: FolderPlus, keys: ['Mod+O'], run: chooseFolder },
      { ...adds, id: 'add.files', title: 'Choose files…', icon: FilePlus2, keys: ['Mod+Shift+O'], run: chooseFiles },
      hasSample
        ? { id: 'sample.remove', title: 'Remove the sample library', icon: Library, run: () => imports.removeSample() }
        : {
            id: 'sample.add',
            title: 'Try the sample library',
            icon: Library,
            aliases: ['demo', 'example'],
            run: () => imports.addSample(),
          },
    ]
  }, [imports, chooseFiles, chooseFolder, hasSample])
}

function useLayerCommands(): Entry[] {
  const { layers, toasts } = useServices()
  return useMemo(
    () => [
      {
        id: 'palette',
        title: 'Search and commands',
        keys: ['Mod+K'],
        icon: CommandIcon,
        inFields: true,
        inPalette: false,
        run: () => layers.openPalette(),
      },
      {
        id: 'palette.commands',
        title: 'Commands only',
        keys: ['Mod+Shift+P'],
        icon: CommandIcon,
        inFields: true,
        inPalette: false,
        run: () => layers.openPalette('>'),
      },
      {
        id: 'keys',
        title: 'Show the keys of this screen',
        keys: ['?'],
        icon: Keyboard,
        aliases: ['shortcuts', 'help'],
        run: () => layers.setKeysOpen(true),
      },
      { id: 'undo', title: 'Undo the last change', keys: ['z', 'Mod+Z'], icon: Undo2, run: () => void toasts.undoLast() },
    ],
    [layers, toasts],
  )
}

function useChoiceCommands(): Entry[] {
  const { settings, jobs } = useServices()
  const theme = useStore(settings.store, (state) => state.settings.theme)
  return useMemo(() => {
    const other = shownTheme(theme) === 'dark' ? 'light' : 'dark'
    return [
      {
        id: 'theme.switch',
        title: `Switch to the ${other} theme`,
        keys: ['Mod+Shift+L'],
        icon: SunMoon,
        aliases: ['night mode', 'dark mode', 'appearance', 'colours'],
        inFields: true,
        run: () => settings.update({ theme: other }),
      },
      {
        id: 'theme.system',
        title: 'Follow the system’s theme',
        icon: SunMoon,
        aliases: ['appearance', 'automatic'],
        run: () => settings.update({ theme: 'system' }),
      },
      { id: 'jobs.pauseAll', title: 'Pause everything', icon: Pause, aliases: ['stop', 'jobs'], run: () => jobs.pauseAll() },
      { id: 'jobs.resumeAll', title: 'Resume everything', icon: RefreshCw, aliases: ['go on'], run: () => jobs.resumeAll() },
    ]
  }, [settings, jobs, theme])
}
