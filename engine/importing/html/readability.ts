import { Readability } from '@mozilla/readability'
import type { DomDocument, DomElement } from './dom.ts'

/** What Readability finds on a page. */
export interface FoundArticle {
  readonly content: DomElement
  readonly title: string
  readonly byline: string
  readonly siteName: string
  readonly lang: string
  readonly publishedTime: string
}

interface Reader {
  parse(): Partial<Record<keyof FoundArticle, unknown>> | null
}

interface ReaderOptions {
  readonly serializer: (node: DomElement) => DomElement
  readonly keepClasses: boolean
}

// It asks for a browser's document; linkedom's has all that it uses
const LinkedomReader = Readability as unknown as new (document: DomDocument, options: ReaderOptions) => Reader

/** The article on a page, `null` when there is none. Takes the page apart; it does not sanitise. */
export function findArticle(document: DomDocument): FoundArticle | null {
  // Classes name the languages of code
  const found = new LinkedomReader(document, { serializer: (node) => node, keepClasses: true }).parse()
  if (found === null || found.content === null || found.content === undefined) return null
  const text = (key: keyof FoundArticle): string => (typeof found[key] === 'string' ? found[key] : '')
  return {
    content: found.content as DomElement,
    title: text('title'),
    byline: text('byline'),
    siteName: text('siteName'),
    lang: text('lang'),
    publishedTime: text('publishedTime'),
  }
}
