import { useEffect, type RefObject } from 'react'
import type { SearchHit } from '../../../shared/model/search.ts'
import { useServices } from '../../app/services-context.ts'

/** After the results are painted, asks for the nearest sentences of those that can be seen, as they come into view. */
export function useVisibleHits(scroller: RefObject<HTMLElement | null>, hits: readonly SearchHit[]): void {
  const { search } = useServices()
  useEffect(() => {
    const root = scroller.current
    if (root === null || hits.length === 0) return
    const byId = new Map(hits.map((hit) => [hit.documentId, hit]))
    const visible = new Set<number>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const id = Number((target as HTMLElement).dataset['hit'])
          if (isIntersecting) visible.add(id)
          else visible.delete(id)
        }
        clearTimeout(timer)
        timer = setTimeout(() => search.loadSentences([...visible].flatMap((id) => byId.get(id) ?? [])), 120)
      },
      { root },
    )
    for (const element of root.querySelectorAll('[data-hit]')) observer.observe(element)
    return () => {
      clearTimeout(timer)
      observer.disconnect()
    }
  }, [search, scroller, hits])
}
