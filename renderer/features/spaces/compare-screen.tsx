import { useEffect, useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { useStore } from 'zustand'
import type { SearchHit } from '../../../shared/model/search.ts'
import type { SpaceInfo } from '../../../shared/model/space.ts'
import { useServices } from '../../app/services-context.ts'
import { useDocumentTitle } from '../../app/use-document-title.ts'
import { useLiveRequest } from '../../app/use-live-request.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { countOf } from '../../ui/format.ts'
import { Segments } from '../../ui/segments.tsx'
import { Select } from '../../ui/select.tsx'
import { sentence } from '../../ui/sentence.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { useDelayed } from '../../ui/use-delayed.ts'
import { CompareLists } from './compare-lists.tsx'
import { chooseSpaces, joinLists, readCompareParams, writeCompareParams, type CompareParams } from './compare-params.ts'
import styles from './compare-screen.module.css'

const listLength = 10

/** One query in two spaces, side by side, with what both found joined. */
export function CompareScreen(): React.JSX.Element {
  const { spaces } = useServices()
  const { spaces: all, isLoaded } = useStore(spaces.store)
  const { search } = useLocation()
  const navigate = useNavigate()
  const params = readCompareParams(new URLSearchParams(search))
  const pair = chooseSpaces(all, params.ids)
  const go = (change: Partial<CompareParams>): void =>
    void navigate(writeCompareParams({ ...params, ...change }), { replace: true })
  useDocumentTitle('Compare two spaces')
  return (
    <section className={styles.screen} aria-labelledby="compare-title">
      <header className={styles.bar}>
        <h1 id="compare-title">Compare two spaces</h1>
        {pair !== null && (
          <Segments
            label="Search by"
            value={params.mode}
            options={[
              { value: 'vector', label: 'Meaning' },
              { value: 'hybrid', label: 'Both' },
            ]}
            onChange={(mode) => go({ mode })}
          />
        )}
      </header>
      {pair !== null ? (
        <Comparison params={params} pair={pair} all={all} go={go} />
      ) : (
        isLoaded && (
          <div className={styles.message}>
            <p>
              There is one space only. A second one makes its own list of the same library, and the two stand here side by side.
            </p>
            <Button onPress={() => spaces.openAdding()}>Add a space…</Button>
          </div>
        )
      )}
    </section>
  )
}

interface ComparisonProps {
  readonly params: CompareParams
  readonly pair: readonly [SpaceInfo, SpaceInfo]
  readonly all: readonly SpaceInfo[]
  readonly go: (change: Partial<CompareParams>) => void
}

const typedAfterMs = 300

function Comparison({ params, pair, all, go }: ComparisonProps): React.JSX.Element {
  const { q, mode } = params
  const [left, right] = pair
  const [draft, setDraft] = useState(q)
  const service = pair.find(({ recipe }) => recipe.type === 'remote')
  // What a service sees is what was meant: it is asked on Enter, not at each letter.
  const isLive = service === undefined
  useEffect(() => {
    if (!isLive || draft === q) return
    const timer = setTimeout(() => go({ q: draft }), typedAfterMs)
    return () => clearTimeout(timer)
  })
  const input = q.trim() === '' ? null : { text: q, ids: [left.id, right.id] as [number, number], mode, limit: listLength }
  const { reply, isLoading, error, again } = useLiveRequest('spaces.compare', input)
  const isLate = useDelayed(isLoading && reply === null)
  return (
    <>
      <form
        className={styles.query}
        onSubmit={(event) => {
          event.preventDefault()
          go({ q: draft })
        }}
      >
        <TextField
          label="Query for both spaces"
          value={draft}
          onChange={setDraft}
          placeholder="A question or a few words"
          autoFocus
          className={styles.field}
        />
        <p className={styles.overlap} role="status">
          {reply !== null && input !== null && error === null && <Overlap lists={reply.lists.map(({ hits }) => hits)} />}
        </p>
        {!isLive && <Button type="submit">Send to {service.where}</Button>}
      </form>
      <SpacePair pair={pair} all={all} onPair={(ids) => go({ ids })} />
      {error !== null && (
        <Banner
          look="error"
          className={styles.error}
          actions={
            <Button look="plain" size="small" onPress={again}>
              Try again
            </Button>
          }
        >
          {sentence(error.message, error.advice)}
        </Banner>
      )}
      {isLate && (
        <div className={styles.lines} aria-hidden>
          <Skeleton width={60} />
          <Skeleton width={75} />
        </div>
      )}
      {input === null && (
        <p className={styles.message}>The same words are looked for in both; what both find is joined by a line.</p>
      )}
      {reply !== null && input !== null && error === null && (
        <CompareLists
          left={reply.lists[0]?.hits ?? []}
          right={reply.lists[1]?.hits ?? []}
          names={[left.name, right.name]}
          q={q}
        />
      )}
    </>
  )
}

interface SpacePairProps {
  readonly pair: readonly [SpaceInfo, SpaceInfo]
  readonly all: readonly SpaceInfo[]
  readonly onPair: (ids: readonly [number, number]) => void
}

function SpacePair({ pair: [left, right], all, onPair }: SpacePairProps): React.JSX.Element {
  const options = all.map(({ id, name, state }) => ({ value: String(id), label: name, isDisabled: state === 'refused' }))
  return (
    <div className={styles.heads}>
      <Select
        label="Space on the left"
        value={String(left.id)}
        options={options}
        onChange={(id) => onPair(besides(Number(id), right.id, left.id))}
      />
      <Select
        label="Space on the right"
        value={String(right.id)}
        options={options}
        onChange={(id) => {
          const [chosen, opposite] = besides(Number(id), left.id, right.id)
          onPair([opposite, chosen])
        }}
      />
    </div>
  )
}

/** Choosing the space of the other side changes the two over. */
function besides(chosen: number, opposite: number, before: number): readonly [number, number] {
  return chosen === opposite ? [chosen, before] : [chosen, opposite]
}

function Overlap({ lists: [left = [], right = []] }: { readonly lists: readonly (readonly SearchHit[])[] }): React.JSX.Element {
  const shared = joinLists(left, right).length
  const most = Math.max(left.length, right.length)
  if (most === 0) return <>Nothing in either</>
  return (
    <>
      <b>{shared}</b> of {countOf(most, 'document')} in both
    </>
  )
}
