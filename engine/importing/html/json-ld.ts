import type { DomDocument } from './dom.ts'

/** What a page's JSON-LD says of the article on it (schema.org/Article). */
export interface JsonLd {
  readonly headline: string | null
  readonly author: string | null
  readonly publishedAt: string | null
  readonly siteName: string | null
  readonly language: string | null
  readonly url: string | null
}

const article =
  /^(?:https?:\/\/schema\.org\/)?(?:\w*Article|BlogPosting|\w*NewsArticle|Report|Review|SocialMediaPosting|WebPage)$/
const maxLength = 500_000
const maxDepth = 6

type Fields = Readonly<Record<string, unknown>>

export function jsonLdOf(document: DomDocument): JsonLd {
  const objects: Fields[] = []
  for (const script of document.querySelectorAll('script[type="application/ld+json"]')) {
    const source = script.textContent ?? ''
    if (source.length <= maxLength) collect(parsed(source), objects, 0)
  }
  const isOf = (pattern: RegExp) => (object: Fields) =>
    list(object['@type']).some((type) => typeof type === 'string' && pattern.test(type))
  const found = objects.find(isOf(/Article$|Posting$|Report$/)) ?? objects.find(isOf(article)) ?? {}
  return {
    headline: text(found['headline']) ?? text(found['name']),
    author: namesOf(found['author']) ?? namesOf(found['creator']),
    publishedAt: text(found['datePublished']) ?? text(found['dateCreated']),
    siteName: namesOf(found['publisher']),
    language: text(found['inLanguage']),
    url: text(found['url']) ?? text(fields(found['mainEntityOfPage'])?.['@id']) ?? text(found['mainEntityOfPage']),
  }
}

function parsed(source: string): unknown {
  try {
    return JSON.parse(source.replaceAll(/^\s*(?:<!--|<!\[CDATA\[)|(?:-->|\]\]>)\s*$/g, ''))
  } catch {
    // Broken JSON-LD is common; the meta elements say the same
    return null
  }
}

function collect(value: unknown, into: Fields[], depth: number): void {
  if (depth > maxDepth || into.length > 1_000) return
  for (const item of list(value)) {
    const object = fields(item)
    if (object === null) continue
    into.push(object)
    for (const key of ['@graph', 'mainEntity', 'mainEntityOfPage', 'itemListElement', 'hasPart'])
      collect(object[key], into, depth + 1)
  }
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}

function fields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' && value.length <= 2_000 ? value.trim() : null
}

function namesOf(value: unknown): string | null {
  const names = list(value)
    .slice(0, 20)
    .map((item) => text(item) ?? text(fields(item)?.['name']))
    .filter((name) => name !== null)
  return names.length === 0 ? null : [...new Set(names)].join(', ')
}
