import { cleanText } from './clean-text.ts'
import { defaultMaxTextLength, textTooLarge } from './content-builder.ts'
import { decodeText } from './encodings.ts'

/** No encoding takes more bytes for a UTF-16 code unit: three in UTF-8. */
const mostBytesPerUnit = 3
/** White space that the builder takes out does not count. */
const slack = 1.2

/**
 * The bytes of a text format as clean text with `\n` line ends.
 *
 * @throws AkinError `text-too-large` before the work is done that a text too large would make
 */
export function documentText(bytes: Uint8Array): string {
  const most = defaultMaxTextLength * slack
  if (bytes.length > most * mostBytesPerUnit) throw textTooLarge(defaultMaxTextLength)
  const { text } = decodeText(bytes)
  if (text.length > most) throw textTooLarge(defaultMaxTextLength)
  return cleanText(text.replaceAll('\f', '\n\n'))
}
