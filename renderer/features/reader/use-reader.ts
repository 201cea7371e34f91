import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { useNavigate } from 'react-router'
import { useStore } from 'zustand'
import type { Document } from '../../../shared/model/document.ts'
import { useServices } from '../../app/services-context.ts'
import type { TextSpan } from '../../ui/spans.ts'
import type { DocumentEntry } from '../documents/document-store.ts'
import { pathOfItem } from '../documents/item-path.ts'
import type { ArticleLook } from './article-context.ts'
import type { ArticleHandle } from './article.tsx'
import { headingLevels } from './heading-levels.ts'
import { beginsWithTitle } from './outline.ts'
import { blockedPictures, siteOfPicture, type BlockedPictures } from './pictures.ts'
import { markedWordsOf } from './query-marks.ts'
import type { ReaderPlace } from './read-place.ts'
import { useFind, type Find } from './use-find.ts'
import { useNearSentence } from './use-near-sentence.ts'

export interface Reader {
  readonly place: ReaderPlace
  readonly entry: DocumentEntry | undefined
  readonly document: Document | null
  readonly look: ArticleLook | null
  readonly blocked: BlockedPictures
  readonly find: Find
  readonly article: RefObject<ArticleHandle | null>
  /** Where one reads: the place of the text at the top of the window, a moment late while it scrolls. */
  readonly readAt: number
  /** The same, exactly, for what is done now. */
  readonly whereReading: () => number
  readonly onRead: (offset: number, scrollTop: number) => void
  readonly loadPicturesOnce: () => void
  readonly alwaysLoadPictures: () => void
  readonly reload: () => void
  /** Where this entry of the history was left; `null` for a new one, and beside a list. */
  readonly leftAt: number | null
  readonly historyKey: string | null
}

const noBlocked: BlockedPictures = { count: 0, sites: [] }
const noHeadings: ReadonlyMap<number, number> = new Map()
const shortText = 1_500

/**
 * All that showing one item needs, whichever screen shows it. With the key of an entry of the history, going back to it
 * finds the place where it was left.
 */
export function useReader(place: ReaderPlace, historyKey: string | null = null): Reader {
  const { documents, settings, scrollPlaces } = useServices()
  const { documentId, passage, q } = place
  const entry = useStore(documents.store, (state) => state.entries.get(documentId))
  useEffect(() => documents.ensure(documentId), [documents, documentId])
  const document = entry?.document ?? null
  const article = useRef<ArticleHandle>(null)
  const { readAt, whereReading, onRead } = useReadPlace(historyKey)
  const [loadedOnce, setLoadedOnce] = useState<number | null>(null)
  const sites = useStore(settings.store, (state) => state.settings.pictureSites)
  const find = useFind(document?.text ?? '', whereReading)
  const near = useNearSentence(documentId, passage, q)
  const isLoadedOnce = loadedOnce === documentId
  const blocked = useMemo(
    () => (document === null || isLoadedOnce ? noBlocked : blockedPictures(document.content, sites)),
    [document, isLoadedOnce, sites],
  )
  const look = useLook({ document, passage, q, near, find, sites, isLoadedOnce })
  const { current } = find
  useEffect(() => {
    if (current !== null) article.current?.reveal(current[0], 'middle')
  }, [current])
  return {
    place,
    entry,
    document,
    look,
    blocked,
    find,
    article,
    readAt,
    whereReading,
    onRead,
    loadPicturesOnce: () => setLoadedOnce(documentId),
    alwaysLoadPictures: () => settings.update({ pictureSites: [...new Set([...sites, ...blocked.sites])] }),
    reload: () => void documents.load(documentId),
    historyKey,
    leftAt: historyKey === null ? null : (scrollPlaces.get(historyKey) ?? null),
  }
}

const shownLateMs = 150

interface ReadPlace {
  readonly readAt: number
  readonly whereReading: () => number
  readonly onRead: (offset: number, scrollTop: number) => void
}

/** Follows the scrolling without drawing anything anew at each step of it. */
function useReadPlace(historyKey: string | null): ReadPlace {
  const { scrollPlaces } = useServices()
  const [readAt, setReadAt] = useState(0)
  const exact = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const onRead = useCallback(
    (offset: number, scrollTop: number) => {
      exact.current = offset
      if (historyKey !== null) scrollPlaces.set(historyKey, scrollTop)
      timer.current ??= setTimeout(() => {
        timer.current = undefined
        setReadAt(exact.current)
      }, shownLateMs)
    },
    [scrollPlaces, historyKey],
  )
  return { readAt, onRead, whereReading: useCallback(() => exact.current, []) }
}

interface LookParts {
  readonly document: Document | null
  readonly passage: TextSpan | null
  readonly q: string
  readonly near: TextSpan | null
  readonly find: Find
  readonly sites: readonly string[]
  readonly isLoadedOnce: boolean
}

function useLook({ document, passage, q, near, find, sites, isLoadedOnce }: LookParts): ArticleLook | null {
  const { layers } = useServices()
  const openWikiLink = useWikiLinks(document)
  const words = useMemo(() => markedWordsOf(q), [q])
  const { matches, current } = find
  const [start, end] = passage ?? [0, 0]
  const headings = useMemo(
    () => (document === null ? noHeadings : headingLevels(document.content, beginsWithTitle(document))),
    [document],
  )
  return useMemo(() => {
    if (document === null) return null
    // A short text that was found as a whole needs no ground under all of it.
    const isWhole = end - start > document.text.trimEnd().length * 0.85 && document.text.length < shortText * 4
    return {
      document,
      headings,
      passage: end > start && !isWhole ? [start, end] : null,
      near,
      words,
      found: matches,
      current,
      mayLoad: (src) => {
        const site = siteOfPicture(src)
        return site === null || isLoadedOnce || sites.includes(site)
      },
      openLink: layers.askToOpen,
      openWikiLink,
    }
  }, [document, headings, start, end, near, words, matches, current, sites, isLoadedOnce, layers, openWikiLink])
}

function useWikiLinks(document: Document | null): (target: string) => void {
  const navigate = useNavigate()
  return useCallback(
    (target) => {
      const known = document?.wikiLinks.find((link) => link.target === target)?.documentId ?? null
      void navigate(known === null ? `/search?${new URLSearchParams({ q: target })}` : pathOfItem(known))
    },
    [document, navigate],
  )
}
