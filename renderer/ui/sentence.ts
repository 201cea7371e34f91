/** Sentences from what the engine says, which has no full stops: `No text in it. Run a text recognition.` */
export function sentence(...parts: readonly (string | null | undefined)[]): string {
  return parts
    .filter((part): part is string => part !== null && part !== undefined && part.trim() !== '')
    .map((part) => (/[.!?…]$/u.test(part.trim()) ? part.trim() : `${part.trim()}.`))
    .join(' ')
}
