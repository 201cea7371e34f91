import { AkinError } from '../../shared/errors.ts'
import { chunkText } from './chunking.ts'
import { textTooLarge, defaultMaxTextLength } from './content-builder.ts'
import { chooseFormat } from './formats/registry.ts'
import { detectLanguage } from './language.ts'
import type { ParsedAndChunked, ParsedDocument, ParseInput } from './parse-result.ts'
import { cleanTitle, titleFromName } from './titles.ts'
import type { TokenCounter } from './token-counter.ts'
import { countWords } from './word-count.ts'

/**
 * Reads one file from its bytes: format, text, structure, language, words and chunks. What a file can do to a process
 * it does to this one: run it where it can be killed (`ParserPool`).
 *
 * @throws AkinError `file-empty`, `no-text`, `unsupported-format`, `encrypted`, `damaged-file`, `text-too-large`
 */
export async function parseFile(given: ParseInput, counter: TokenCounter): Promise<ParsedAndChunked> {
  if (given.bytes.length === 0) throw fileEmpty()
  const { format, input } = chooseFormat(given)
  const parsed = await format.read(input).catch((error: unknown) => {
    throw error instanceof RangeError ? beyondReading(error) : error
  })
  if (parsed.text.length > defaultMaxTextLength) throw textTooLarge(defaultMaxTextLength)
  if (parsed.text.trim() === '') throw noText()
  const title = cleanTitle(given.title ?? '') || cleanTitle(parsed.title) || titleFromName(given.name)
  return {
    ...parsed,
    title,
    language: parsed.language ?? (isProse(parsed) ? detectLanguage(parsed.text) : null),
    wordCount: countWords(parsed.text),
    chunks: chunkText({ ...parsed, title }, counter),
  }
}

/** Code is in no language that people speak, whatever its names look like. */
function isProse({ content }: ParsedDocument): boolean {
  return content.blocks.some(({ type }) => type !== 'code')
}

export function fileEmpty(): AkinError {
  return new AkinError('file-empty', 'The file is empty', { advice: 'Check whether it was saved, then import it again' })
}

/** A parser ran out of stack, or a text out of length: the file is odd, Akin is not broken. */
function beyondReading(cause: RangeError): AkinError {
  return new AkinError('damaged-file', 'The file is nested or repeated beyond what can be read', {
    advice: 'Save it in a simpler form and import that',
    details: { error: cause.message },
    cause,
  })
}

function noText(): AkinError {
  return new AkinError('no-text', 'There is no text in the file', { advice: 'Check whether it was saved, then import it again' })
}
