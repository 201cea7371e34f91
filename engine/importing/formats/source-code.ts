import { ContentBuilder } from '../content-builder.ts'
import { documentText } from '../document-text.ts'
import type { ParsedDocument } from '../parse-result.ts'
import { cleanTitle } from '../titles.ts'
import type { Format, FormatInput } from './format.ts'

/** Extensions by language, in the names that syntax highlighters know; '' for data without one. */
const extensionsByLanguage: Readonly<Record<string, string>> = {
  'c': 'c h',
  'cpp': 'cc cpp cxx hh hpp',
  'csharp': 'cs',
  'objectivec': 'm mm',
  'javascript': 'js mjs cjs',
  'jsx': 'jsx',
  'typescript': 'ts mts cts',
  'tsx': 'tsx',
  'vue': 'vue',
  'svelte': 'svelte',
  'css': 'css',
  'scss': 'scss',
  'sass': 'sass',
  'less': 'less',
  'python': 'py pyi',
  'ruby': 'rb',
  'perl': 'pl pm',
  'php': 'php',
  'lua': 'lua',
  'r': 'r',
  'julia': 'jl',
  'tcl': 'tcl',
  'java': 'java',
  'kotlin': 'kt kts',
  'scala': 'scala',
  'groovy': 'groovy gradle',
  'clojure': 'clj cljs edn',
  'dart': 'dart',
  'go': 'go',
  'rust': 'rs',
  'swift': 'swift',
  'zig': 'zig',
  'nim': 'nim',
  'fortran': 'f f90 f95',
  'pascal': 'pas',
  'haskell': 'hs',
  'ocaml': 'ml mli',
  'fsharp': 'fs fsx',
  'elixir': 'ex exs',
  'erlang': 'erl',
  'elm': 'elm',
  'lisp': 'lisp el',
  'scheme': 'scm',
  'racket': 'rkt',
  'asm': 'asm s',
  'wasm': 'wat',
  'solidity': 'sol',
  'protobuf': 'proto',
  'graphql': 'graphql gql',
  'bash': 'sh bash zsh',
  'fish': 'fish',
  'powershell': 'ps1',
  'batch': 'bat cmd',
  'awk': 'awk',
  'sql': 'sql',
  'diff': 'diff patch',
  'cmake': 'cmake',
  'makefile': 'mk',
  'hcl': 'tf hcl',
  'nix': 'nix',
  'dockerfile': 'dockerfile',
  'json': 'json jsonl ndjson json5 geojson ipynb',
  'yaml': 'yaml yml',
  'toml': 'toml',
  'ini': 'ini cfg conf properties env editorconfig reg',
  'xml': 'xml xsl xsd svg rss atom opml kml gpx plist',
  'csv': 'csv tsv',
  '': 'log out lst ics vcf po ldif',
}

const languages = new Map(
  Object.entries(extensionsByLanguage).flatMap(([language, list]) => list.split(' ').map((extension) => [extension, language])),
)

const languagesByName = new Map([
  ['makefile', 'makefile'],
  ['dockerfile', 'dockerfile'],
  ['rakefile', 'ruby'],
  ['gemfile', 'ruby'],
])

export const sourceCode: Format = {
  name: 'Source code and data',
  extensions: [...languages.keys()],
  mediaTypes: ['application/json', 'application/xml', 'application/yaml', 'text/xml', 'text/csv', 'text/css', 'text/javascript'],
  isText: true,
  read: async (input) => readSourceCode(input),
}

/** True for names without an extension that are source code: `Makefile`. */
export function isSourceCodeName(name: string): boolean {
  return languagesByName.has(name.toLowerCase())
}

function readSourceCode(input: FormatInput): ParsedDocument {
  const name = input.name.split(/[\\/]/).at(-1) ?? input.name
  const language = (languages.get(input.extension) ?? languagesByName.get(name.toLowerCase())) || null
  const builder = new ContentBuilder()
  for (const part of partsOf(documentText(input.bytes))) builder.block({ type: 'code', language }, part)
  return {
    title: cleanTitle(name) || 'Untitled',
    ...builder.finish(),
    kind: 'file',
    mediaType: mediaTypeOf(language),
    author: null,
    publishedAt: null,
    language: null,
    tags: [],
    links: [],
    url: null,
    siteName: null,
  }
}

const dataTypes: Readonly<Record<string, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  xml: 'application/xml',
  csv: 'text/csv',
}

function mediaTypeOf(language: string | null): string {
  return (language === null ? undefined : dataTypes[language]) ?? 'text/plain'
}

/** A window shows a block whole: long files are cut, at a blank line where one is near. */
const linesPerBlock = 200

function partsOf(text: string): string[] {
  const lines = text.split('\n')
  const parts: string[] = []
  for (let from = 0; from < lines.length;) {
    const to = from + linesPerBlock
    const blank = to >= lines.length ? -1 : lines.slice(from + linesPerBlock / 2, to).findLastIndex((line) => line.trim() === '')
    const end = blank === -1 ? to : from + linesPerBlock / 2 + blank + 1
    parts.push(lines.slice(from, end).join('\n'))
    from = end
  }
  return parts
}
