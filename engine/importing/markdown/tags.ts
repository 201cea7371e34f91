import { cleanLine } from '../clean-text.ts'

const maxTagLength = 100

/** A tag as it is stored: without `#`, on one line. `null` when nothing is left. */
export function cleanTag(written: string): string | null {
  const tag = cleanLine(written)
    .replace(/^#+/, '')
    .replace(/[/\s-]+$/, '')
    .trim()
  return tag === '' || tag.length > maxTagLength ? null : tag
}

const tagInText = /(?<![^\s])#([\p{L}\p{N}\p{M}_/-]{1,100})/gu

/** `#tags` in running text. A number is none: `#12` is an issue. */
export function tagsInText(text: string): string[] {
  if (!text.includes('#')) return []
  return [...text.matchAll(tagInText)]
    .map(([, tag]) => cleanTag(tag!))
    .filter((tag) => tag !== null && /\p{L}/u.test(tag)) as string[]
}
