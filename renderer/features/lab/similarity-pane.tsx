import { Cloud } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { SpaceInfo } from '../../../shared/model/space.ts'
import { useServices } from '../../app/services-context.ts'
import { useLiveRequest } from '../../app/use-live-request.ts'
import { Button } from '../../ui/button.tsx'
import { FormRow } from '../../ui/form-row.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Select } from '../../ui/select.tsx'
import styles from './lab.module.css'
import { LiveNote } from './live-note.tsx'
import { MatrixTable } from './matrix-table.tsx'
import { NearestTokens } from './nearest-tokens.tsx'
import own from './similarity-pane.module.css'
import { TextList } from './text-list.tsx'

const typedAfterMs = 350
const none = ''

/** Several texts, each with every other, in one or two spaces. */
export function SimilarityPane(): React.JSX.Element {
  const { models, spaces, lab } = useServices()
  const texts = useStore(lab.store, (state) => state.texts)
  const chosen = useChosenSpaces()
  useEffect(() => {
    void models.load()
    void spaces.load()
  }, [models, spaces])
  const [first] = chosen
  return (
    <>
      <p className={styles.intro}>
        Texts are near when their vectors point the same way: 1 is the same direction, 0 has nothing in common. Change a word and
        see what it does.
      </p>
      <TextList />
      <SpaceChoice chosen={chosen} />
      {chosen.length > 0 && <Matrices texts={texts} chosen={chosen} />}
      <NearestTokens texts={texts} modelId={first?.recipe.type === 'local' ? first.recipe.modelId : null} />
    </>
  )
}

/** The spaces that are looked at: those chosen that are still there, else the one that searches use. */
function useChosenSpaces(): readonly SpaceInfo[] {
  const { spaces, lab } = useServices()
  const all = useStore(spaces.store, (state) => state.spaces)
  const ids = useStore(lab.store, (state) => state.spaceIds)
  const found = ids.flatMap((id) => all.find((space) => space.id === id) ?? [])
  return found.length > 0 ? found : all.filter(({ isDefault }) => isDefault)
}

function SpaceChoice({ chosen }: { readonly chosen: readonly SpaceInfo[] }): React.JSX.Element {
  const { spaces, lab } = useServices()
  const all = useStore(spaces.store, (state) => state.spaces)
  const [first, second] = chosen
  const options = all.map(({ id, name, state }) => ({ value: String(id), label: name, isDisabled: state === 'refused' }))
  return (
    <div className={own.spaces}>
      <FormRow name="Space">
        <Select
          label="Space"
          value={first === undefined ? null : String(first.id)}
          options={options}
          onChange={(id) => lab.set({ spaceIds: [Number(id), ...(second === undefined ? [] : [second.id])] })}
        />
      </FormRow>
      {all.length > 1 && (
        <FormRow name="Beside it">
          <Select
            label="Beside it"
            value={second === undefined ? none : String(second.id)}
            options={[{ value: none, label: 'No other' }, ...options.filter(({ value }) => value !== String(first?.id))]}
            onChange={(id) => first !== undefined && lab.set({ spaceIds: id === none ? [first.id] : [first.id, Number(id)] })}
          />
        </FormRow>
      )}
    </div>
  )
}

interface MatricesProps {
  readonly texts: readonly string[]
  readonly chosen: readonly SpaceInfo[]
}

function Matrices({ texts, chosen }: MatricesProps): React.JSX.Element {
  const whole = texts.map((text) => text.trim())
  const services = chosen.filter(({ recipe }) => recipe.type === 'remote').map(({ where }) => where)
  const input = { texts: whole, spaceIds: chosen.map(({ id }) => id) }
  // What would leave this computer leaves at a press of the button, not at each letter.
  const [sent, setSent] = useState<string | null>(null)
  const isAllowed = services.length === 0 || sent === JSON.stringify(input)
  const isWhole = whole.every((text) => text !== '')
  const { reply, answers, isLoading, error, again } = useLiveRequest(
    'lab.similarity',
    isWhole && isAllowed ? input : null,
    services.length === 0 ? typedAfterMs : 0,
  )
  return (
    <section className={styles.part}>
      {services.length > 0 && (
        <div className={own.service}>
          <Icon of={Cloud} />
          <span>These texts are sent to {[...new Set(services)].join(' and ')} when you press the button.</span>
          <Button isDisabled={!isWhole || isAllowed} isBusy={isLoading} onPress={() => setSent(JSON.stringify(input))}>
            Send and compare
          </Button>
        </div>
      )}
      {!isWhole && <p className={styles.nothing}>Each text needs at least a word.</p>}
      <LiveNote error={error} isWaiting={isLoading && reply === null} onAgain={again} />
      {reply !== null && error === null && (
        <>
          <div className={own.matrices}>
            {reply.matrices.map((matrix) => (
              <MatrixTable
                key={matrix.spaceId}
                matrix={matrix}
                name={chosen.find(({ id }) => id === matrix.spaceId)?.name ?? matrix.name}
                texts={answers?.texts ?? []}
                isOld={isLoading}
              />
            ))}
          </div>
          {reply.matrices.length > 1 && (
            <p className={styles.note}>
              Figures of two spaces cannot be compared with each other: each has its own idea of far. Their order can.
            </p>
          )}
        </>
      )}
    </section>
  )
}
