import { cleanLine } from '../clean-text.ts'
import { toIsoDate } from '../dates.ts'
import { languageTag } from '../language-tag.ts'
import { cleanTitle } from '../titles.ts'
import type { PdfDocument } from './pdf-library.ts'

export interface PdfMetadata {
  /** `null` when the program that made the file put in what it knew, not what the person meant. */
  readonly title: string | null
  readonly author: string | null
  readonly publishedAt: string | null
  readonly language: string | null
}

const programsTitle =
  /^(?:(?:microsoft (?:word|powerpoint|excel|office)|powerpoint|adobe|print|layout)\b.*|.*\.(?:docx?|odt|rtf|pdf|tex|dvi|indd|qxd|pptx?|xlsx?|html?|graffle|pages|key|ps|eps|txt|jpe?g|png)|(?:untitled|no ?title|title|document|slide|page|unknown|presentation|scan|img|image)[\s_-]*\d*|https?:.*|[\d\s_.-]+)$/i
const programsAuthor =
  /^(?:user|admin(?:istrator)?|owner|unknown|author|root|default|anonymous|none|pc|hp|dell|microsoft.*|\(?unspecified\)?)$/i

export async function pdfMetadataOf(document: PdfDocument): Promise<PdfMetadata> {
  // A file whose text can be read is not refused for what it says of itself
  const { info, metadata } = await document.getMetadata().catch(() => ({ info: {} as Record<string, unknown>, metadata: null }))
  const title = cleanTitle(textOf(metadata?.get('dc:title')) || textOf(info['Title']))
  const author = cleanLine(textOf(metadata?.get('dc:creator')) || textOf(info['Author']))
  return {
    title: title.length < 3 || programsTitle.test(title) ? null : title,
    author: !/\p{L}{2}/u.test(author) || author.length > 200 || programsAuthor.test(author) ? null : author,
    publishedAt: toIsoDate(info['CreationDate']) ?? toIsoDate(metadata?.get('xmp:createdate')),
    language: languageTag(textOf(info['Language'])),
  }
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string').join(', ')
  return typeof value === 'string' ? value.trim() : ''
}
