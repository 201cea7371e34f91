import {
  Activity,
  Binary,
  Box,
  Columns2,
  Command as CommandIcon,
  FilePlus2,
  FlaskConical,
  FolderInput,
  FolderPlus,
  Grid3x3,
  Keyboard,
  Library,
  Pause,
  Plus,
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
  const spaces = useSpaceCommands()
  useCommands(
    'window',
    useMemo(
      () => [...layers, ...moving, ...adding, ...spaces, ...choices].map((entry): Command => ({ group: 'Everywhere', ...entry })),
      [layers, moving, adding, spaces, choices],
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
  {
    id: 'go.lab',
    path: '/lab',
    title: 'Go to the Lab',
    icon: FlaskConical,
    keys: ['Mod+4'],
    aliases: ['tokens', 'similarity', 'vectors'],
  },
  {
    id: 'go.tokens',
    path: '/lab/tokens',
    title: 'Lab: Tokens of a text',
    icon: Binary,
    aliases: ['tokenizer', 'hidden states', 'ids'],
  },
  {
    id: 'go.similarity',
    path: '/lab/similarity',
    title: 'Lab: Similarity of texts',
    icon: Grid3x3,
    aliases: ['cosine', 'matrix', 'nearest tokens'],
  },
  {
    id: 'go.models',
    path: '/settings/models',
    title: 'Settings: Models and spaces',
    icon: Box,
    aliases: ['download', 'gpt2', 'openai', 'embedding', 'hub'],
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

function useSpaceCommands(): Entry[] {
  const { models, spaces } = useServices()
  const navigate = useNavigate()
  const all = useStore(spaces.store, (state) => state.spaces)
  return useMemo(
    () => [
      {
        id: 'space.add',
        title: 'Add a space…',
        icon: Plus,
        aliases: ['model', 'openai', 'ollama', 'service', 'embedding'],
        run: () => {
          void models.load()
          spaces.openAdding()
        },
      },
      {
        id: 'space.compare',
        title: 'Compare two spaces',
        icon: Columns2,
        aliases: ['models', 'side by side'],
        disabledReason: all.length > 1 ? undefined : 'There is one space only',
        run: () => void navigate('/search/compare'),
      },
      ...all
        .filter(({ isDefault, state }) => !isDefault && state !== 'refused')
        .map((space) => ({
          id: `space.use.${space.id}`,
          title: `Search with ${space.name}`,
          icon: Box,
          aliases: ['use space', 'change model'],
          run: () => spaces.use(space),
        })),
      {
        id: 'model.import',
        title: 'Import a model…',
        icon: FolderInput,
        aliases: ['onnx', 'folder', 'zip'],
        run: () => models.setImportOpen(true),
      },
    ],
    [models, spaces, navigate, all],
  )
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
