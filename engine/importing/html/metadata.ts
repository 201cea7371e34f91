import { cleanLine } from '../clean-text.ts'
import { toIsoDate } from '../dates.ts'
import { languageTag } from '../language-tag.ts'
import { safeHref } from '../links.ts'
import { cleanTitle } from '../titles.ts'
import type { DomDocument } from './dom.ts'
import { jsonLdOf, type JsonLd } from './json-ld.ts'

/** What a page says of itself, in meta elements, JSON-LD and elsewhere. Read before Readability alters the page. */
export interface PageMetadata {
  readonly title: string | null
  readonly author: string | null
  readonly publishedAt: string | null
  readonly siteName: string | null
  readonly language: string | null
  /** The page's own address. */
  readonly url: string | null
  /** What relative addresses start from. */
  readonly base: string | undefined
}

const dateNames = [
  'article.published_time',
  'datepublished',
  'og.published_time',
  'article.published',
  'parsely-pub-date',
  'sailthru.date',
  'publishdate',
  'publish-date',
  'pubdate',
  'publication_date',
  'citation_publication_date',
  'citation_date',
  'dc.date.issued',
  'dcterms.created',
  'dc.date.created',
  'dc.date',
  'dcterms.date',
  'date',
  'created',
]

export function metadataOf(document: DomDocument): PageMetadata {
  const meta = metaElementsOf(document)
  const first = (...names: string[]): string | null =>
    names.map((name) => meta.get(name)).find((value) => value !== undefined) ?? null
  const ld = jsonLdOf(document)
  const url = addressOf(document, first('og.url', 'twitter.url') ?? ld.url)
  return {
    title: ld.headline ?? first('dc.title', 'dcterms.title', 'og.title', 'twitter.title') ?? titleElementOf(document),
    author: authorOf(first('dc.creator', 'dcterm.creator', 'author', 'article.author', 'parsely-author', 'citation_author'), ld),
    publishedAt: dateOf(document, meta, ld),
    siteName: cleanTitle(first('og.site_name') ?? ld.siteName ?? first('application-name') ?? '') || null,
    language: languageTag(
      document.documentElement?.getAttribute('lang') ??
        document.documentElement?.getAttribute('xml:lang') ??
        first('content-language', 'og.locale', 'language') ??
        ld.language,
    ),
    url,
    base: safeHref(document.querySelector('base[href]')?.getAttribute('href') ?? '', url ?? undefined) ?? url ?? undefined,
  }
}

/** The first value of each name; `name`, `property`, `itemprop` and `http-equiv` are one name space here. */
function metaElementsOf(document: DomDocument): Map<string, string> {
  const values = new Map<string, string>()
  for (const element of document.querySelectorAll('meta[content]')) {
    const content = cleanLine(element.getAttribute('content')?.slice(0, 2_000) ?? '')
    if (content === '') continue
    for (const attribute of ['name', 'property', 'itemprop', 'http-equiv']) {
      for (const name of element.getAttribute(attribute)?.toLowerCase().replaceAll(':', '.').split(/\s+/) ?? []) {
        if (name !== '' && !values.has(name)) values.set(name, content)
      }
    }
  }
  return values
}

function titleElementOf(document: DomDocument): string | null {
  const title = document.querySelector('title')?.textContent ?? ''
  return cleanTitle(title) || cleanTitle(document.querySelector('h1')?.textContent ?? '') || null
}

function authorOf(named: string | null, ld: JsonLd): string | null {
  return cleanAuthor(named ?? '') ?? cleanAuthor(ld.author ?? '')
}

const trailingDate = /\s+(?:on\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\p{L}*\.?\s+\d{1,2},?\s+\d{4}.*$/iu

const noName = /^(?:https?:|(?:last\s+)?(?:updated|published|posted)\b)/i

/** A byline without "By" and without what follows the name on the same line. An address of a profile is no name. */
export function cleanAuthor(byline: string): string | null {
  const name = cleanLine(byline)
    .replace(/^(?:written\s+)?by:?\s+/i, '')
    .replace(/\s*[|•·]\s.*$/u, '')
    .replace(trailingDate, '')
    .replace(/[\s,;–—-]+$/u, '')
  return name === '' || name.length > 200 || noName.test(name) ? null : name
}

function dateOf(document: DomDocument, meta: ReadonlyMap<string, string>, ld: JsonLd): string | null {
  for (const written of [ld.publishedAt, ...dateNames.map((name) => meta.get(name))]) {
    const date = toIsoDate(written)
    if (date !== null) return date
  }
  const marked =
    'time[pubdate], time[itemprop~="datePublished"], [itemprop~="datePublished"], time.published, time.entry-date, article time, header time'
  for (const selector of [marked, 'time[datetime]']) {
    for (const element of document.querySelectorAll(selector)) {
      const date = toIsoDate(
        element.getAttribute('datetime') ?? element.getAttribute('content') ?? cleanLine(element.textContent ?? ''),
      )
      if (date !== null) return date
    }
  }
  return null
}

function addressOf(document: DomDocument, named: string | null): string | null {
  const canonical = document.querySelector('link[rel~="canonical"]')?.getAttribute('href')
  for (const written of [canonical, named]) {
    const href = safeHref(written ?? '')
    if (href?.startsWith('http') === true) return href
  }
  return null
}
