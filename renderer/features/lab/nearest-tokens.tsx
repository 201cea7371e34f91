import { ArrowRight } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { RequestOutput } from '../../../shared/contract/requests.ts'
import { useServices } from '../../app/services-context.ts'
import { useLiveRequest } from '../../app/use-live-request.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/class-names.ts'
import { countOf } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { Select } from '../../ui/select.tsx'
import { chooseLabModel, labModels } from './lab-models.ts'
import lab from './lab.module.css'
import { LiveNote } from './live-note.tsx'
import { formatCosine, letterOf } from './matrix.ts'
import styles from './nearest-tokens.module.css'

type Nearest = RequestOutput<'lab.nearestTokens'>

interface NearestTokensProps {
  readonly texts: readonly string[]
  /** The model that is looked at first: that of the space above. */
  readonly modelId: string | null
}

const askedAfterMs = 400
const longest = 5_000
const shownAtFirst = 24

/** For each token of one text the nearest of another: what makes two texts near. */
export function NearestTokens({ texts, modelId }: NearestTokensProps): React.JSX.Element {
  const { models } = useServices()
  const all = labModels(useStore(models.store, (state) => state.models)).filter(({ hasStates }) => hasStates)
  const [chosen, setChosen] = useState<string | null>(null)
  const [[from, to], setPair] = useState<readonly [number, number]>([0, 1])
  const model = chooseLabModel(all, chosen ?? modelId)
  const pair = [Math.min(from, texts.length - 1), Math.min(to, texts.length - 1)] as const
  const [a, b] = [texts[pair[0]] ?? '', texts[pair[1]] ?? ''].map((text) => text.trim().slice(0, longest))
  const input = model === undefined || !a || !b ? null : { modelId: model.id, a, b }
  const { reply, isLoading, error, again } = useLiveRequest('lab.nearestTokens', input, askedAfterMs)
  const letters = texts.map((_, index) => ({ value: String(index), label: letterOf(index) }))
  return (
    <section className={lab.part}>
      <h3>Nearest tokens</h3>
      <div className={styles.bar}>
        <span>For each token of</span>
        <Select
          label="Tokens of text"
          value={String(pair[0])}
          options={letters}
          onChange={(index) => setPair([Number(index), pair[1]])}
        />
        <span>the nearest of</span>
        <Select
          label="Nearest in text"
          value={String(pair[1])}
          options={letters}
          onChange={(index) => setPair([pair[0], Number(index)])}
        />
        <span>as seen by</span>
        <Select
          label="Model"
          value={model?.id ?? null}
          options={all.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setChosen}
          className={styles.model}
        />
      </div>
      {input === null ? (
        <p className={lab.nothing}>Both texts need at least a word.</p>
      ) : (
        <>
          <LiveNote error={error} isWaiting={isLoading && reply === null} onAgain={again} />
          {reply !== null && error === null && <Pairs found={reply} isOld={isLoading} />}
        </>
      )}
    </section>
  )
}

function Pairs({ found: { a, b, nearest }, isOld }: { readonly found: Nearest; readonly isOld: boolean }): React.JSX.Element {
  const [isAll, setAll] = useState(false)
  const shown = isAll ? a : a.slice(0, shownAtFirst)
  return (
    <>
      <ul className={cx(styles.pairs, isOld && styles.old)}>
        {shown.map((token, index) => {
          const { index: at, cosine } = nearest[index] ?? { index: 0, cosine: 0 }
          return (
            <li key={index}>
              <code>{token.text}</code>
              <Icon of={ArrowRight} size="small" />
              <code>{b[at]?.text}</code>
              <span className={styles.strength} aria-hidden>
                <span style={{ width: `${Math.max(0, Math.min(1, cosine)) * 100}%` }} />
              </span>
              <span className={styles.figure}>{formatCosine(cosine)}</span>
            </li>
          )
        })}
      </ul>
      {shown.length < a.length && (
        <Button look="plain" size="small" onPress={() => setAll(true)}>
          Show {countOf(a.length - shown.length, 'more', 'more')}
        </Button>
      )}
    </>
  )
}
