import { existsSync, readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RequestOutput } from '../shared/contract/requests.ts'
import type { LibraryStatus } from '../shared/model/library.ts'

export type About = RequestOutput<'about.get'>

/** Libraries whose code does the work, by their folder in node_modules. */
const packages = [
  '@huggingface/transformers',
  '@huggingface/tokenizers',
  'onnxruntime-node',
  'pdfjs-dist',
  '@mozilla/readability',
  'linkedom',
  'mdast-util-from-markdown',
  'eld',
  'gpt-tokenizer',
  'ml-matrix',
  'protobufjs',
  'stopword',
  'yauzl',
  'undici',
  'zod',
  'react',
  'react-aria-components',
  'electron',
]

export interface AboutOptions {
  readonly folder: string
  readonly status: LibraryStatus
  readonly vectors: { readonly size: number; readonly description: string }
  readonly threads: number
}

/** Versions, licences and diagnostics. Nothing in it tells what the library is about. */
export function about({ folder, status, vectors, threads }: AboutOptions): About {
  const parts = [
    { name: 'FAISS', version: '1.7.3', licence: 'MIT' },
    { name: 'SQLite', version: process.versions.sqlite ?? '', licence: 'Public domain' },
    { name: 'Node', version: process.versions.node, licence: 'MIT' },
    { name: 'bge-small-en-v1.5 (BAAI)', version: 'int8', licence: 'MIT' },
    ...packages.flatMap((name) => {
      const found = packageOf(name)
      return found === null ? [] : [{ name, ...found }]
    }),
  ]
  return { version: akinVersion(), folder, parts, diagnostics: diagnosticsOf(status, vectors, threads) }
}

export function akinVersion(): string {
  return readAbove('package.json')?.version ?? 'unknown'
}

function diagnosticsOf(status: LibraryStatus, vectors: AboutOptions['vectors'], threads: number): string {
  const { documents, indexed, pending, failed, skipped, trashed, chunks, embeddedChunks, indexes, inference, sequence } = status
  return [
    `Akin ${akinVersion()}`,
    `Node ${process.versions.node}${process.versions.electron === undefined ? '' : `, Electron ${process.versions.electron}`}, SQLite ${process.versions.sqlite}`,
    `${process.platform} ${release()} ${process.arch}, ${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Items ${documents}: ${indexed} indexed, ${pending} waiting, ${failed} failed, ${skipped} skipped; ${trashed} in the trash`,
    `Passages ${embeddedChunks} of ${chunks} in ${status.space.name}; vectors ${vectors.size} in ${vectors.description}; ${threads} threads`,
    `Vector index ${indexes.vectors}, keyword index ${indexes.keywords}, model ${inference}, change ${sequence}`,
    `Engine memory ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
  ].join('\n')
}

function packageOf(name: string): { version: string; licence: string } | null {
  const found = readAbove(join('node_modules', name, 'package.json'))
  return found === null ? null : { version: found.version, licence: found.license ?? 'see package' }
}

/** The nearest such file above the running code, which may be the source tree's, a bundle's or a package's. */
function readAbove(path: string): { version: string; license?: string } | null {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, path)
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as { version: string; license?: string }
    if (folder === dirname(folder)) return null
  }
}
