import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { sectionAt, type Section } from './sections.ts'

interface LaidOutSections {
  readonly isLaidOut: (index: number) => boolean
  readonly heightOf: (section: Section) => number
  readonly refOf: (index: number) => (element: HTMLDivElement | null) => void
  /** Lays out the section of a character now and gives its element. */
  readonly layOut: (offset: number) => HTMLElement | null
}

interface Options {
  readonly scroller: RefObject<HTMLElement | null>
  readonly sections: readonly Section[]
  /** Where reading begins: its section is laid out at once. */
  readonly startAt: number
  readonly lineHeightPx: number
}

interface Layout {
  readonly near: ReadonlySet<number>
  /** Of sections that were laid out before, in px. */
  readonly heights: ReadonlyMap<number, number>
}

/** How far beyond the window sections are laid out, so that scrolling never meets an empty stretch. */
const margin = '2400px 0px'
const laidOutAtStart = 2

/**
 * Keeps only the sections near the window in the page. A section that was laid out before keeps the height it had, one
 * that never was has a guessed one; the browser's scroll anchoring holds the text in place while guesses come true.
 */
export function useLaidOutSections({ scroller, sections, startAt, lineHeightPx }: Options): LaidOutSections {
  const [layout, setLayout] = useState<Layout>(() => ({ near: startSections(sections, startAt), heights: new Map() }))
  const elements = useRef(new Map<number, HTMLDivElement>())
  const observer = useRef<IntersectionObserver | null>(null)
  useEffect(() => {
    const made = new IntersectionObserver(
      (entries) => {
        // Taking a section out of the page would drop a selection that reaches into it.
        const mayLeave = document.getSelection()?.isCollapsed !== false
        setLayout((before) => withEntries(before, entries, mayLeave))
      },
      { root: scroller.current, rootMargin: margin },
    )
    for (const element of elements.current.values()) made.observe(element)
    observer.current = made
    return () => made.disconnect()
  }, [scroller])
  const refs = useMemo(() => {
    const refFor = (index: number) => (element: HTMLDivElement | null) => {
      const before = elements.current.get(index)
      if (before !== undefined) observer.current?.unobserve(before)
      if (element === null) elements.current.delete(index)
      else {
        elements.current.set(index, element)
        observer.current?.observe(element)
      }
    }
    return sections.map(({ index }) => refFor(index))
  }, [sections])
  const layOut = useCallback(
    (offset: number): HTMLElement | null => {
      const section = sectionAt(sections, offset)
      if (section === undefined) return null
      setLayout((before) => withNear(before, section.index))
      return elements.current.get(section.index) ?? null
    },
    [sections],
  )
  return {
    isLaidOut: (index) => layout.near.has(index),
    heightOf: ({ index, guessedLines }) => layout.heights.get(index) ?? guessedLines * lineHeightPx,
    refOf: (index) => refs[index]!,
    layOut,
  }
}

function startSections(sections: readonly Section[], startAt: number): ReadonlySet<number> {
  const first = sectionAt(sections, startAt)?.index ?? 0
  const around = Array.from({ length: laidOutAtStart + 1 }, (_, i) => first - 1 + i)
  return new Set(around.filter((index) => index >= 0))
}

function withNear(layout: Layout, index: number): Layout {
  return layout.near.has(index) ? layout : { ...layout, near: new Set([...layout.near, index]) }
}

function withEntries(layout: Layout, entries: readonly IntersectionObserverEntry[], mayLeave: boolean): Layout {
  const near = new Set(layout.near)
  const heights = new Map(layout.heights)
  for (const { target, isIntersecting, boundingClientRect } of entries) {
    const index = Number((target as HTMLElement).dataset['section'])
    if (isIntersecting) near.add(index)
    else if (mayLeave && near.delete(index)) heights.set(index, boundingClientRect.height)
  }
  const isSame = near.size === layout.near.size && [...near].every((index) => layout.near.has(index))
  return isSame ? layout : { near, heights }
}
