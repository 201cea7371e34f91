import { useEffect, useState } from 'react'
import { useServices } from '../../app/services-context.ts'
import { filterAtCaret, queryOf, writeFilter, type QueryDraft } from './query-draft.ts'

export interface Suggestion {
  readonly value: string
  readonly count: number
}

export interface Suggestions {
  readonly key: string
  readonly options: readonly Suggestion[]
  /** −1 for none. */
  readonly active: number
  /** The text of the box without the filter that is being typed. */
  readonly textWithout: string
  readonly move: (step: 1 | -1) => void
  readonly close: () => void
  /** The box with a value put in; `null` when there is none. */
  readonly accept: (index: number) => QueryDraft | null
}

interface Found {
  readonly at: string
  readonly key: string
  readonly values: readonly Suggestion[]
}

const afterMs = 60
const shown = 8

/** Values for the filter that is being typed, with the number of items each would leave. */
export function useSuggestions({ draft, caret, isOn }: { draft: QueryDraft; caret: number; isOn: boolean }): Suggestions {
  const { client } = useServices()
  const [found, setFound] = useState<Found>({ at: '', key: '', values: [] })
  const [chosen, setChosen] = useState({ at: '', active: -1 })
  const [closed, setClosed] = useState('')
  const filter = isOn ? filterAtCaret(draft.text, caret) : null
  const at = filter === null ? '' : `${caret} ${queryOf(draft)}`
  const text = queryOf({ ...draft, text: draft.text.trimEnd() })
  useEffect(() => {
    if (at === '') return
    const controller = new AbortController()
    const timer = setTimeout(() => {
      client.request('search.suggest', { text, caret }, { signal: controller.signal }).then(
        ({ key, values }) => setFound({ at, key: key ?? '', values: values.slice(0, shown) }),
        // Without suggestions the filter can still be typed.
        () => undefined,
      )
    }, afterMs)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [client, at, text, caret])
  const isShown = at !== '' && closed !== at && found.key !== ''
  const options = isShown ? found.values : []
  const active = chosen.at === at ? Math.min(chosen.active, options.length - 1) : -1
  const part = filter?.part ?? null
  const textWithout = part === null ? draft.text : draft.text.slice(0, part.start) + draft.text.slice(part.end).trimStart()
  return {
    key: found.key,
    options,
    active,
    textWithout,
    move: (step) => setChosen({ at, active: (active + step + options.length) % options.length }),
    close: () => setClosed(at),
    accept(index) {
      const option = options[index]
      if (option === undefined || filter === null) return null
      const written = writeFilter(found.key, option.value, filter.isExcluded)
      return {
        ...draft,
        text: `${draft.text.slice(0, filter.part.start)}${written} ${draft.text.slice(filter.part.end).trimStart()}`,
      }
    },
  }
}
