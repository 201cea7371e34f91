/** Places between the text's characters and the page's elements. */

/** The innermost element that shows a character, within a section. */
export function elementAt(section: HTMLElement | null, offset: number): HTMLElement | null {
  if (section === null) return null
  let found: HTMLElement | null = null
  for (const element of section.querySelectorAll<HTMLElement>('[data-start], [data-piece]')) {
    if (startOf(element) > offset) break
    found = element
  }
  return found ?? section
}

function startOf({ dataset }: HTMLElement): number {
  return Number(dataset['start'] ?? dataset['piece'])
}

const belowTopPx = 80

/** The place of the text that stands at the top of the window. */
export function offsetAtTop(scroller: HTMLElement): number {
  const top = scroller.getBoundingClientRect().top + belowTopPx
  let offset = 0
  for (const piece of scroller.querySelectorAll<HTMLElement>('[data-piece]')) {
    if (piece.getBoundingClientRect().top > top) break
    offset = Number(piece.dataset['piece'])
  }
  return offset
}

/** The stretch of the text that is selected by hand; `null` when nothing of it is. */
export function selectedSpan(scroller: HTMLElement): readonly [number, number] | null {
  const selection = document.getSelection()
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null
  const range = selection.getRangeAt(0)
  if (!scroller.contains(range.commonAncestorContainer)) return null
  const start = offsetOf(range.startContainer, range.startOffset, scroller, 'after')
  const end = offsetOf(range.endContainer, range.endOffset, scroller, 'before')
  return start === null || end === null || end <= start ? null : [start, end]
}

/** The character at a place of the page. Outside of the text's own elements, the nearest one on the given side. */
function offsetOf(node: Node, at: number, scroller: HTMLElement, side: 'after' | 'before'): number | null {
  const holder = (node instanceof Element ? node : node.parentElement)?.closest<HTMLElement>('[data-start]')
  if (holder !== null && holder !== undefined && node.nodeType === Node.TEXT_NODE) return Number(holder.dataset['start']) + at
  const place = document.createRange()
  place.setStart(node, at)
  const all = [...scroller.querySelectorAll<HTMLElement>('[data-start]')]
  if (side === 'after') {
    const next = all.find((element) => place.comparePoint(element, 0) >= 0)
    return next === undefined ? null : Number(next.dataset['start'])
  }
  const last = all.findLast((element) => place.comparePoint(element, 0) < 0)
  return last === undefined ? null : Number(last.dataset['start']) + (last.textContent?.length ?? 0)
}
