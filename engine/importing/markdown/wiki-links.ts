/** A `[[link]]` or `![[embed]]` in text. */
export interface WikiLink {
  readonly start: number
  readonly end: number
  readonly isEmbed: boolean
  /** Title of what it names, without `#heading`; empty for a link inside the note itself. */
  readonly target: string
  /** What stands after the bar; empty when there is none. */
  readonly alias: string
  /** What a person reads. */
  readonly label: string
}

const pattern = /(!?)\[\[([^[\]|\n]{1,500})(?:\\?\|([^[\]\n]{0,500}))?\]\]/g

export function wikiLinksIn(text: string): WikiLink[] {
  if (!text.includes('[[')) return []
  return [...text.matchAll(pattern)].map((match) => {
    const [written, bang, inner] = match
    const alias = match[3]?.trim() ?? ''
    const [target = '', ...rest] = inner!.replace(/\\$/, '').split('#')
    return {
      start: match.index,
      end: match.index + written.length,
      isEmbed: bang === '!',
      target: titleOfTarget(target),
      alias,
      label:
        alias ||
        [target, ...rest]
          .map((part) => part.trim())
          .filter((part) => part !== '')
          .join(' > '),
    }
  })
}

/** `folder/My note.md` and `My note` name the same item. */
export function titleOfTarget(target: string): string {
  return target.trim().split('/').at(-1)!.replace(/\.md$/i, '').trim()
}

const imageName = /\.(?:png|jpe?g|gif|webp|avif|bmp|svg)$/i

export function isImageTarget(target: string): boolean {
  return imageName.test(target)
}
