/**
 * The text of a chunk as models see it: the title and a blank line before a document's first chunk, unless its text
 * begins with the title anyway; the bare span for the others. It is the same for every embedding space.
 */
export function embeddedText(title: string, text: string, chunk: { ordinal: number; start: number; end: number }): string {
  const span = text.slice(chunk.start, chunk.end)
  return chunk.ordinal === 0 && title.trim() !== '' && !span.startsWith(title) ? `${title}\n\n${span}` : span
}
