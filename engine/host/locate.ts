import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AkinError } from '../../shared/errors.ts'

/** What comes with Akin and lies outside its code: the built-in model and the sample library. */
export interface Resources {
  readonly modelsFolder: string
  readonly sampleFolder: string
}

/**
 * Finds `resources/` above the running code: in the source tree, beside a bundle, or where a package put it.
 *
 * @param packaged the packaged app's resources folder, when the host knows one
 * @throws AkinError `model-missing`
 */
export function locateResources(packaged?: string): Resources {
  const candidates = packaged === undefined ? [] : [packaged]
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder))
    candidates.push(join(folder, 'resources'))
  const found = candidates.find((folder) => existsSync(join(folder, 'models')))
  if (found === undefined)
    throw new AkinError('model-missing', 'Akin’s own files are not there', { advice: 'Install Akin again' })
  return { modelsFolder: join(found, 'models'), sampleFolder: join(found, 'sample', 'library') }
}

/** The library that every host opens when none is named: one person's own, in the place the system has for it. */
export function defaultLibraryFolder(): string {
  const named = process.env.AKIN_LIBRARY
  return named !== undefined && named !== '' ? resolve(named) : systemLibraryFolder()
}

function systemLibraryFolder(): string {
  if (process.platform === 'win32') return join(process.env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Akin', 'library')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Akin', 'library')
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'akin', 'library')
}

/** Keys for services, beside the default library and in none: a library may be copied to another computer. */
export function defaultKeysFile(): string {
  const named = process.env.AKIN_KEYS_FILE
  if (named !== undefined && named !== '') return resolve(named)
  return join(dirname(systemLibraryFolder()), 'keys.json')
}

/** The file the browser host starts from: TypeScript in the source tree, a bundle otherwise. */
export function serverEntry(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  if (import.meta.url.endsWith('.ts')) return join(here, '..', '..', 'server', 'main.ts')
  return [join(here, 'server.js'), join(here, '..', 'server.js')].find((file) => existsSync(file)) ?? join(here, 'server.js')
}
