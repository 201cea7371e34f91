import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folders that hold the program itself: all that a parser process may read. */
export function codeFolders(): string[] {
  const here = dirname(fileURLToPath(import.meta.url))
  if (import.meta.url.endsWith('.ts')) {
    const root = join(here, '..', '..')
    return ['engine', 'shared', 'node_modules', 'package.json'].map((name) => join(root, name))
  }
  const bundle = here.endsWith('chunks') ? dirname(here) : here
  const root = join(bundle, '..', '..')
  return [bundle, join(root, 'node_modules'), join(root, 'package.json')]
}
