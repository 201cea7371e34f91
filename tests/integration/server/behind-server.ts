import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OriginalStore } from '../../../engine/host/originals.ts'
import type { AkinServerOptions } from '../../../server/http-server.ts'
import { AkinError, toWireError } from '../../../shared/errors.ts'
import type { Target } from './security-checks.ts'

/** A page that would run if a browser took it for one of ours; its name would end the header if it were let. */
export const activePage = {
  name: 'it\'s “tide”"; filename=x.html\r\nset-cookie: a=b (1)*.html',
  bytes: '<!doctype html><script>parent.opened = true</script>',
} as const

/** A window of two files, and a page beside its folder that no path may lead to. */
export function makeWindow(folder: string): string {
  const window = join(folder, 'window')
  mkdirSync(join(window, 'assets'), { recursive: true })
  writeFileSync(join(window, 'index.html'), '<!doctype html><title>Akin</title>')
  writeFileSync(join(window, 'assets', 'app.js'), 'export {}')
  writeFileSync(join(folder, 'secret.html'), 'nobody may read this')
  return window
}

/** What lies behind a server whose border alone is examined: it answers everything, so that only the border refuses. */
export function behindServer(folder: string): {
  options: AkinServerOptions
  target: Omit<Target, 'port' | 'token'>
} {
  const windowFolder = makeWindow(folder)
  const original = join(folder, 'original.bin')
  writeFileSync(original, activePage.bytes)
  const store = new OriginalStore(join(folder, 'library'))
  return {
    options: {
      engine: {
        request: async (name, input) => {
          if (name === 'library.disk') throw new Error(`ENOENT: no such file or directory, open '${folder}/library.db'`)
          if (name !== 'documents.original') return { ok: true, value: {} }
          if ((input as { id: number }).id === 1) return { ok: true, value: { path: original, name: activePage.name } }
          return { ok: false, error: toWireError(new AkinError('not-found', 'There is no such item')) }
        },
        onEvent: () => () => undefined,
      },
      keepUpload: (content, limit) => store.add(content, limit),
      windowFolder,
      port: 0,
    },
    target: { original: { id: 1, bytes: activePage.bytes }, secrets: [folder], brokenRequest: 'library.disk' },
  }
}
