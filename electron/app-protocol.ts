import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { contentSecurityPolicy, isAppAddress } from './security.ts'

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.json': 'application/json',
}

/** On every answer, whatever it is. */
export const answerHeaders: Readonly<Record<string, string>> = Object.freeze({
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-dns-prefetch-control': 'off',
  'x-frame-options': 'DENY',
})

interface WindowFile {
  readonly path: string
  readonly mediaType: string
}

/**
 * Answers `app://akin/…` with the files of the built window. They are listed when it is made: what is not in the list
 * does not exist, so that no spelling of a path leads anywhere else.
 *
 * @param folder the built window; a folder inside an asar archive will do
 */
export function createAppHandler(folder: string): (request: Request) => Promise<Response> {
  const files = listFiles(folder)
  return async (request) => {
    if (!isAppAddress(request.url)) return refusal(404)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405)
    const file = files.get(pathOf(request.url))
    if (file === undefined) return refusal(404)
    const body = request.method === 'HEAD' ? null : new Uint8Array(await readFile(file.path))
    return new Response(body, { headers: { ...answerHeaders, 'content-type': file.mediaType } })
  }
}

/** One folder after the other: archives know no recursive listing in every version. */
function listFiles(folder: string): ReadonlyMap<string, WindowFile> {
  const files = new Map<string, WindowFile>()
  const list = (below: string): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const address = `${below}/${entry.name}`
      const mediaType = mediaTypes[extname(entry.name)]
      if (entry.isDirectory()) list(address)
      else if (entry.isFile() && mediaType !== undefined) files.set(address, { path: join(folder, address), mediaType })
    }
  }
  list('')
  const index = files.get('/index.html')
  if (index !== undefined) files.set('/', index)
  return files
}

/** The path as the list spells it; what cannot be decoded is in no list. */
function pathOf(address: string): string {
  try {
    return decodeURIComponent(new URL(address).pathname)
  } catch {
    return ''
  }
}

function refusal(status: 404 | 405): Response {
  return new Response(null, { status, headers: answerHeaders })
}
