/**
 * What every reader's text goes through: no control characters, no invisible format characters that would hide or
 * reorder text, well-formed UTF-16 and composed letters (NFC).
 */

// Control characters but tab and line feed, soft hyphen, zero-width space, bidi embeddings and isolates, word joiner,
// byte order mark, interlinear annotation and object replacement, tag characters. ZWJ and ZWNJ stay: emoji and Persian need them
const unwanted =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u200B\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFC]|\uDB40[\uDC00-\uDC7F]/g
const lineEnds = /\r\n?|\u0085|\u2028|\u2029/g
const plain = /^[\t\n\x20-\x7E]*$/

/** The text without what must not be in it; line ends become `\n`. */
export function cleanText(text: string): string {
  if (plain.test(text)) return text
  return text.replaceAll(lineEnds, '\n').replaceAll(unwanted, '').toWellFormed().normalize('NFC')
}

/** The text on one line: runs of white space become one space, none at the ends. */
export function cleanLine(text: string): string {
  return cleanText(text).replaceAll(/\s+/g, ' ').trim()
}

/** At most `maxLength` UTF-16 code units of a line, cut at a word where there is one, with an ellipsis. */
export function shortened(line: string, maxLength: number): string {
  if (line.length <= maxLength) return line
  const head = line.slice(0, maxLength - 1).toWellFormed()
  const cut = head.lastIndexOf(' ')
  return `${head.slice(0, cut > maxLength / 2 ? cut : undefined).replace(/\uFFFD$/, '')}…`
}
