import type { Facets } from '../../../shared/model/library.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import { facetFields, filterOfView, type LibraryView } from './library-view.ts'

/**
 * The counts beside the table. A field in which something is chosen counts what the other choices leave, so that its
 * further values can still be seen and added.
 */
export async function loadFacets(client: AkinClient, view: LibraryView, signal: AbortSignal): Promise<Facets> {
  const chosen = facetFields.filter((field) => view[field].length > 0)
  const [base, ...others] = await Promise.all([
    client.request('library.facets', { filter: filterOfView(view) }, { signal }),
    ...chosen.map((field) => client.request('library.facets', { filter: filterOfView(view, field) }, { signal })),
  ])
  return { ...base, ...Object.fromEntries(chosen.map((field, i) => [field, others[i]![field]])) }
}
