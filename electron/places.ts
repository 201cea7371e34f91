import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { defaultLibraryFolder, locateResources, type Resources } from '../engine/host/locate.ts'

/** Where everything lies that the desktop host uses. */
export interface Places extends Resources {
  /** The bundles of the main process and of the services. */
  readonly codeFolder: string
  readonly preload: string
  readonly windowFolder: string
  readonly icon: string
  readonly libraryFolder: string
}

export interface PlacesOptions {
  /** The app's own folder: the project's, or the asar archive of a package. */
  readonly appPath: string
  /** The package's resources folder; absent when the app runs from its project. */
  readonly resourcesPath: string | undefined
  readonly argv: readonly string[]
  readonly cwd: string
}

/** @throws AkinError `model-missing` when Akin's own files are not there */
export function findPlaces({ appPath, resourcesPath, argv, cwd }: PlacesOptions): Places {
  const resources = locateResources(resourcesPath)
  return {
    ...resources,
    icon: join(dirname(resources.modelsFolder), 'icons', '512x512.png'),
    codeFolder: join(appPath, 'out', 'main'),
    preload: join(appPath, 'out', 'preload', 'preload.cjs'),
    windowFolder: join(appPath, 'out', 'renderer'),
    libraryFolder: libraryOf(argv, cwd) ?? defaultLibraryFolder(),
  }
}

/** `--library <folder>` or `--library=<folder>`; Chromium's own switches among the arguments are left alone. */
function libraryOf(argv: readonly string[], cwd: string): string | null {
  const { values } = parseArgs({
    args: [...argv],
    options: { library: { type: 'string' } },
    strict: false,
    allowPositionals: true,
  })
  return typeof values.library === 'string' && values.library !== '' ? resolve(cwd, values.library) : null
}
