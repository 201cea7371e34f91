import { isElement, type DomElement } from './dom.ts'

/** Elements whose content no reader sees, or that are no text. */
export const skippedElements = new Set(
  (
    'script style noscript template head title meta link iframe object embed applet canvas audio video map area svg ' +
    'button select textarea input datalist progress meter dialog rp rt annotation annotation-xml'
  ).split(' '),
)

export function isHidden(element: DomElement): boolean {
  if (element.hasAttribute('hidden')) return true
  const style = element.getAttribute('style')
  return style !== null && /(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(style)
}

/** A picture's address; pages that load late keep it in other attributes. */
export function imageSourceOf(element: DomElement): string {
  const src = element.getAttribute('src') ?? ''
  if (isTrackingPixel(element) || isMathFallback(element)) return ''
  if (src !== '' && !src.startsWith('data:')) return src
  const late = ['data-src', 'data-original', 'data-lazy-src'].map((name) => element.getAttribute(name)).find((value) => value)
  return late ?? /^\s*([^\s,]\S*)/.exec(element.getAttribute('srcset') ?? element.getAttribute('data-srcset') ?? '')?.[1] ?? src
}

function isTrackingPixel(element: DomElement): boolean {
  return ['width', 'height'].some((name) => /^[0-3](?:px)?$/.test(element.getAttribute(name) ?? ''))
}

/** The picture of a formula whose text stands beside it. */
function isMathFallback(element: DomElement): boolean {
  return /\bmath-fallback/.test(element.getAttribute('class') ?? '')
}

/** Alternative text; a file name is none. */
export function altOf(element: DomElement): string {
  const alt = isMathFallback(element) ? '' : (element.getAttribute('alt')?.trim() ?? '')
  return /^\S+\.(?:png|jpe?g|gif|webp|svg)$/i.test(alt) ? '' : alt
}

const languageClass = /(?:^|\s)(?:language|lang|highlight-source|brush:)-?\s*([\w+#-]{1,30})/i

/** Language of a `pre`, as highlighters write it into a class. */
export function languageOfCode(pre: DomElement): string | null {
  for (const element of [pre, pre.querySelector('code'), pre.parentNode]) {
    const found = isElement(element) ? languageClass.exec(element.getAttribute('class') ?? '') : null
    if (found !== null) return found[1]!.toLowerCase()
  }
  return null
}

/** Whether a list item begins with a box that is ticked. */
export function checkedOf(item: DomElement): { checked?: boolean } {
  let first: DomElement | undefined = item
  for (let depth = 0; depth < 4 && first !== undefined; depth++) {
    ;[first] = first.children
    if (first?.localName === 'input') {
      return first.getAttribute('type')?.toLowerCase() === 'checkbox' ? { checked: first.hasAttribute('checked') } : {}
    }
  }
  return {}
}
