import { parseDocument } from 'yaml'
import { documentKinds, type DocumentKind } from '../../../shared/model/document.ts'
import { cleanLine } from '../clean-text.ts'
import { toIsoDate } from '../dates.ts'
import { languageTag } from '../language-tag.ts'
import { safeHref } from '../links.ts'
import { cleanTitle } from '../titles.ts'
import { cleanTag } from './tags.ts'

/** What the YAML block at the top of a note says of it. Everything is optional; nothing is invented. */
export interface FrontMatter {
  readonly title: string | null
  readonly tags: readonly string[]
  readonly author: string | null
  readonly publishedAt: string | null
  /** Other titles under which links name the note. */
  readonly aliases: readonly string[]
  readonly kind: DocumentKind | null
  readonly language: string | null
  readonly url: string | null
  readonly siteName: string | null
  /** What else it says, in its own words and order: some programs keep all of a note in properties. */
  readonly properties: readonly Property[]
}

export interface Property {
  readonly name: string
  readonly text: string
}

export interface SplitMarkdown {
  readonly frontMatter: FrontMatter
  /** Front matter that is no valid YAML, as it stands; it belongs to the text then. */
  readonly malformed: string | null
  readonly body: string
}

const fence = /^---[ \t]*\n(?:([\s\S]{0,65536}?)\n)??(?:---|\.\.\.)[ \t]*(?:\n|$)/

/** Takes the front matter off a Markdown text with `\n` line ends. Never fails. */
export function splitFrontMatter(text: string): SplitMarkdown {
  const match = fence.exec(text)
  if (match === null) return { frontMatter: readFields({}), malformed: null, body: text }
  const source = match[1] ?? ''
  const body = text.slice(match[0].length)
  const fields = parseYaml(source)
  if (fields === 'malformed') return { frontMatter: readFields(simpleFields(source)), malformed: source, body }
  // A rule, some prose and another rule look like front matter too
  if (fields === 'prose') return { frontMatter: readFields({}), malformed: null, body: text }
  return { frontMatter: readFields(fields), malformed: null, body }
}

type Fields = Readonly<Record<string, unknown>>

const reference = /(?:^|[\s,[{:])[&*][\w-]/g
const maxReferences = 20

function parseYaml(source: string): Fields | 'malformed' | 'prose' {
  if (source.trim() === '') return {}
  // Ten lines of anchors and aliases can unfold to gigabytes
  if ([...source.matchAll(reference)].length > maxReferences) return 'malformed'
  try {
    const document = parseDocument(source, { logLevel: 'silent', prettyErrors: false, uniqueKeys: false })
    if (document.errors.length > 0) return 'malformed'
    const value: unknown = document.toJS({ maxAliasCount: maxReferences })
    if (value === null) return {}
    return typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : 'prose'
  } catch {
    // Too many aliases or too deep: the person sees it as text
    return 'malformed'
  }
}

/** `title: A: B` is no YAML, yet plain to see. */
function simpleFields(source: string): Fields {
  const lines = source.matchAll(/^([A-Za-z][\w -]{0,40}):[ \t]+(\S[^\n]{0,500})$/gm)
  return Object.fromEntries([...lines].map(([, key, value]) => [key!, value!.trim().replace(/^(["'])(.*)\1$/, '$2')]))
}

function readFields(fields: Fields): FrontMatter {
  const byName = new Map(Object.entries(fields).map(([key, value]) => [key.toLowerCase().replaceAll(/[\s_-]/g, ''), value]))
  const first = <T>(names: readonly string[], read: (value: unknown) => T | null): T | null => {
    for (const name of names) {
      const found = byName.has(name) ? read(byName.get(name)) : null
      if (found !== null) return found
    }
    return null
  }
  return {
    title: first(['title'], (value) => textOf(value, cleanTitle)),
    tags: [...new Set(['tags', 'tag', 'keywords'].flatMap((name) => tagsOf(byName.get(name))))],
    author: first(['author', 'authors', 'by', 'creator'], namesOf),
    publishedAt: first(
      ['published', 'publishedat', 'publishdate', 'date', 'created', 'createdat', 'datecreated', 'creationdate'],
      toIsoDate,
    ),
    aliases: [...listOf(byName.get('aliases')), ...listOf(byName.get('alias'))].map(cleanTitle).filter((alias) => alias !== ''),
    kind: first(['kind'], (value) => documentKinds.find((kind) => kind === value) ?? null),
    language: first(['lang', 'language'], (value) => (typeof value === 'string' ? languageTag(value) : null)),
    url: first(['source', 'url', 'link', 'canonicalurl', 'sourceurl'], addressOf),
    siteName: first(['site', 'sitename', 'publisher'], (value) => textOf(value, cleanTitle)),
    properties: propertiesOf(fields),
  }
}

/** Shown elsewhere, or said to programs. */
const noProperties = new Set(
  'title tags tag keywords author authors aliases alias kind lang language cssclass cssclasses uid id uuid guid'.split(' '),
)
const mostProperties = 100

function propertiesOf(fields: Fields): Property[] {
  return Object.entries(fields)
    .filter(([name]) => !noProperties.has(name.toLowerCase()))
    .map(([name, value]) => ({ name: cleanLine(name), text: listOf(value).join(', ').trim() }))
    .filter(({ text }) => text !== '')
    .slice(0, mostProperties)
}

function textOf(value: unknown, clean: (text: string) => string): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  return clean(String(value)) || null
}

function listOf(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value]
  return values
    .filter((item) => typeof item === 'string' || typeof item === 'number')
    .map(String)
    .slice(0, 200)
}

/** A list, or one string of tags parted by commas, or by spaces where it has no comma. */
function tagsOf(value: unknown): string[] {
  const written = typeof value === 'string' ? value.split(value.includes(',') ? ',' : /\s+/) : listOf(value)
  return written.map(cleanTag).filter((tag) => tag !== null)
}

function namesOf(value: unknown): string | null {
  const names = listOf(value).map((name) => cleanLine(name.replaceAll(/^\[\[|\]\]$/g, '')))
  return cleanTitle(names.filter((name) => name !== '').join(', ')) || null
}

function addressOf(value: unknown): string | null {
  const address = typeof value === 'string' ? safeHref(value) : null
  return address?.startsWith('http') === true ? address : null
}
