import { cleanLine, shortened } from './clean-text.ts'

export const maxTitleLength = 200

/** A title as it is stored: one clean line of a bearable length. */
export function cleanTitle(title: string): string {
  return shortened(cleanLine(title), maxTitleLength)
}

/** What a file's name says about its content: the name without extension, with spaces for `_` and for `-` in slugs. */
export function titleFromName(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? name
  const stem = base.replace(/(?<=.)\.[\p{L}\p{N}]{1,10}$/u, '')
  const spaced = /\s/.test(stem) ? stem : slugToWords(stem)
  return cleanTitle(spaced) || cleanTitle(base) || 'Untitled'
}

/** `meeting-notes_2024-01-05` → `meeting notes 2024-01-05`: hyphens between digits are a date's. */
function slugToWords(stem: string): string {
  return stem.replaceAll('_', ' ').replaceAll(/(?<=\p{L})-(?=[\p{L}\p{N}])|(?<=\p{N})-(?=\p{L})/gu, ' ')
}

/** Longer lines are the first sentence of a text rather than its title. */
const maxTitleLine = 100

/** Whether the first line of a plain text, standing alone, is its title: short, with letters, no sentence, no list item. */
export function readsAsTitle(line: string): boolean {
  const text = line.trim()
  if (text.length < 2 || text.length > maxTitleLine || !/\p{L}/u.test(text)) return false
  if (/^(?:[-*+•>|#]|\d+[.)]\s|\[.?\]|[a-z]+:\/\/)/i.test(text)) return false
  return !/[.,;:…。，；：]$/u.test(text)
}
