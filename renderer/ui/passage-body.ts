/**
 * Where the text of a passage begins behind the title and the heading that it opens with: they are shown elsewhere, and
 * run into the text where lines are not kept.
 */
export function passageBodyStart(text: string, ...heads: readonly (string | null)[]): number {
  let start = 0
  for (;;) {
    const rest = text.slice(start)
    const trimmed = rest.length - rest.trimStart().length
    const line = /^[^\n]*/u.exec(rest.trimStart())![0].trim()
    const isHead = line !== '' && heads.some((head) => head !== null && head.trim() === line)
    // A passage that is only its heading is shown as it is.
    if (!isHead || rest.trimStart().length <= line.length + 1) return start === 0 ? 0 : start + trimmed
    start += trimmed + rest.trimStart().indexOf('\n')
  }
}
