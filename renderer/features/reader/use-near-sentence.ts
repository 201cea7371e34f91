import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { Span } from '../../../shared/model/search.ts'
import { useServices } from '../../app/services-context.ts'
import type { TextSpan } from '../../ui/spans.ts'
import { passageKey } from '../search/search-updates.ts'

/** The sentence of a passage that is nearest in meaning to the query: from the results, or asked for. */
export function useNearSentence(documentId: number, passage: TextSpan | null, q: string): Span | null {
  const { client, search } = useServices()
  const key = passage === null ? '' : passageKey(documentId, { start: passage[0], end: passage[1] })
  const known = useStore(search.store, ({ sentences, shown }) => {
    if (shown?.params.q !== q) return undefined
    return shown.reply.verdict === 'nothing' ? null : sentences.get(key)
  })
  const [asked, setAsked] = useState<{ readonly key: string; readonly span: Span | null }>({ key: '', span: null })
  const name = `${key} ${q}`
  const isNeeded = known === undefined && passage !== null && q.trim() !== ''
  useEffect(() => {
    if (!isNeeded || passage === null) return
    const controller = new AbortController()
    // The results ask for theirs first.
    const timer = setTimeout(() => {
      const passages = [{ documentId, start: passage[0], end: passage[1] }]
      client.request('search.sentences', { text: q, passages }, { signal: controller.signal }).then(
        ({ spans }) => setAsked({ key: name, span: spans[0] ?? null }),
        // Nothing is underlined then; the passage itself is marked.
        () => undefined,
      )
    }, 250)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
    // `passage` is named by `key`.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [client, documentId, isNeeded, name, q])
  return known ?? (asked.key === name ? asked.span : null)
}
