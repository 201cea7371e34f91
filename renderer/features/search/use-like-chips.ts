import { useEffect, useMemo, useState } from 'react'
import type { SearchHit } from '../../../shared/model/search.ts'
import { useServices } from '../../app/services-context.ts'
import type { LikeChip } from './query-chips.tsx'
import type { SearchParams } from './search-params.ts'

/** The items that the query is drawn to or away from, with their titles. */
export function useLikeChips({ more, less }: SearchParams, hits: readonly SearchHit[]): LikeChip[] {
  const { client } = useServices()
  const [titles, setTitles] = useState<ReadonlyMap<number, string>>(new Map())
  const ids = useMemo(() => [...more, ...less], [more, less])
  const key = ids.filter((id) => !titles.has(id)).join()
  useEffect(() => {
    if (key === '') return
    const wanted = key.split(',').map(Number)
    const controller = new AbortController()
    client.request('documents.list', { filter: { ids: wanted }, limit: wanted.length }, { signal: controller.signal }).then(
      ({ rows }) =>
        setTitles((before) =>
          withTitles(
            before,
            rows.map(({ id, title }) => [id, title]),
          ),
        ),
      // The chip keeps its number then.
      () => undefined,
    )
    return () => controller.abort()
  }, [client, key])
  return ids.map((id) => ({
    id,
    title: titles.get(id) ?? hits.find(({ documentId }) => documentId === id)?.title ?? `item ${id}`,
    isMore: more.includes(id),
  }))
}

function withTitles(
  before: ReadonlyMap<number, string>,
  added: readonly (readonly [number, string])[],
): ReadonlyMap<number, string> {
  return added.every(([id, title]) => before.get(id) === title) ? before : new Map([...before, ...added])
}
