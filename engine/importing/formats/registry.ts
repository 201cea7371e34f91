import { AkinError } from '../../../shared/errors.ts'
import { type BinaryFamily, binaryFamilyOfBytes, binaryFamilyOfExtension, isWrappedText, looksLikeText } from '../binary-files.ts'
import type { ParseInput } from '../parse-result.ts'
import { extensionOf, type Format, type FormatInput } from './format.ts'
import { html } from './html.ts'
import { markdown } from './markdown.ts'
import { pdf } from './pdf.ts'
import { plainText } from './plain-text.ts'
import { isSourceCodeName, sourceCode } from './source-code.ts'

/** Every format. A new one is a file beside this and a line here; of two that claim an extension, the first has it. */
export const formats: readonly Format[] = [pdf, html, markdown, sourceCode, plainText]

const byExtension = new Map([...formats].reverse().flatMap((format) => format.extensions.map((extension) => [extension, format])))
const byMediaType = new Map([...formats].reverse().flatMap((format) => format.mediaTypes.map((type) => [type, format])))

const headLength = 4_096

export interface ChosenFormat {
  readonly format: Format
  readonly input: FormatInput
}

/**
 * Chooses who reads a file. Bytes go before names where they can be only one thing; a name decides between kinds of
 * text; what nobody claims is read as plain text if it is text.
 *
 * @throws AkinError `unsupported-format` with what the file is, where that can be told
 */
export function chooseFormat(given: ParseInput): ChosenFormat {
  const input: FormatInput = { ...given, extension: extensionOf(given.name) }
  const head = given.bytes.subarray(0, headLength)
  const named = byMediaType.get(mediaTypeOf(given)) ?? byExtension.get(input.extension)
  const recognised = formats.find((format) => (format.recognises?.(head) ?? false) && (!format.isText || named?.isText !== true))
  if (recognised !== undefined) return { format: recognised, input }
  const binary = binaryFamilyOfBytes(given.bytes)
  if (binary !== null) throw unsupported(input, binary)
  if (named !== undefined && !named.isText) return { format: named, input }
  const isWrapped = named === undefined && isWrappedText(input.extension)
  if (isWrapped || !looksLikeText(given.bytes)) throw unsupported(input, binaryFamilyOfExtension(input.extension))
  return { format: named ?? (isSourceCodeName(input.name) ? sourceCode : plainText), input }
}

function mediaTypeOf({ mediaType }: ParseInput): string {
  return mediaType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** False for names that announce a kind of file with no text to read, so that a walk can pass them by. */
export function isPossiblySupported(name: string): boolean {
  const extension = extensionOf(name)
  return byExtension.has(extension) || binaryFamilyOfExtension(extension) === null
}

/** The error for a file of a kind that Akin does not read. */
export function unsupported(
  { name, extension }: Pick<FormatInput, 'name' | 'extension'>,
  family: BinaryFamily | null,
): AkinError {
  const what = family === null ? 'not a text, and no kind of file that Akin knows' : `${family.name}, which Akin does not read`
  const isMisnamed = byExtension.has(extension) && family !== null
  return new AkinError(
    'unsupported-format',
    `The file is ${what}${isMisnamed ? `, though its name ends in .${extension}` : ''}`,
    {
      advice: family === null ? 'Save it as PDF, HTML, Markdown or plain text and import that' : (family.advice ?? undefined),
      details: { name, extension },
    },
  )
}
