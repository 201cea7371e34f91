import { createContext, useContext } from 'react'
import type { Document } from '../../../shared/model/document.ts'
import type { TextSpan } from '../../ui/spans.ts'
import type { MarkedWords } from './query-marks.ts'

/** What the parts of an article need to know; changes seldom while one reads. */
export interface ArticleLook {
  readonly document: Document
  /** Ranks of its headings, by their start. */
  readonly headings: ReadonlyMap<number, number>
  /** The stretch that was searched for or chosen. */
  readonly passage: TextSpan | null
  /** The sentence nearest in meaning. */
  readonly near: TextSpan | null
  readonly words: MarkedWords | null
  readonly found: readonly TextSpan[]
  /** The match that find-in-page stands on. */
  readonly current: TextSpan | null
  /** True for pictures that may be loaded. */
  readonly mayLoad: (src: string) => boolean
  readonly openLink: (href: string) => void
  readonly openWikiLink: (target: string) => void
}

const ArticleContext = createContext<ArticleLook | null>(null)

export const ArticleProvider = ArticleContext.Provider

export function useArticle(): ArticleLook {
  const look = useContext(ArticleContext)
  if (look === null) throw new Error('useArticle needs an article around it')
  return look
}
