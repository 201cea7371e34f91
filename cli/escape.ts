/** What a terminal acts on instead of showing it: commands, ends of lines, and marks that turn the order of letters round. */
const unseen = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu
const unseenInText = /(?![\n\t])[\p{Cc}\u202A-\u202E]/gu

const short: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` }

function written(character: string): string {
  const code = character.codePointAt(0)!
  return short[character] ?? (code < 0x1_00 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`)
}

/** A name, a path or a message on one line: a file may be called anything, also what moves the cursor. */
export function shown(text: string): string {
  return text.replaceAll(unseen, written)
}

/** Text of several lines, of which the terminal sees nothing but lines. */
export function shownText(text: string): string {
  return text.replaceAll(unseenInText, written)
}
