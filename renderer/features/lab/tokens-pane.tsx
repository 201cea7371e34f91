import { useEffect } from 'react'
import { Link } from 'react-router'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { useLiveRequest } from '../../app/use-live-request.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { countCharacters, countOf, formatNumber } from '../../ui/format.ts'
import { Select } from '../../ui/select.tsx'
import { TextArea } from '../../ui/text-area.tsx'
import { signsIn } from './token-signs.ts'
import { chooseLabModel, labModels, type LabModel } from './lab-models.ts'
import { exampleTexts } from './lab-store.ts'
import { LiveNote } from './live-note.tsx'
import { StepsTable } from './steps-table.tsx'
import { TokenFlow } from './token-flow.tsx'
import styles from './lab.module.css'

const typedAfterMs = 200
/** As long as the contract takes them. */
const longestText = 50_000
const longestForSteps = 5_000

/** Text → tokens → ids → hidden states → vector, as one types. */
export function TokensPane(): React.JSX.Element {
  const { models, lab } = useServices()
  const all = labModels(useStore(models.store, (state) => state.models))
  const { modelId, text } = useStore(lab.store)
  const isLoaded = useStore(models.store, (state) => state.isLoaded)
  const model = chooseLabModel(all, modelId)
  useEffect(() => void models.load(), [models])
  const isAsked = isLoaded && model !== undefined && text !== ''
  return (
    <>
      <p className={styles.intro}>
        A model does not read letters or words. It cuts a text into tokens, looks up their numbers, and makes of each token a
        state; the vector that searches compare comes of those.
      </p>
      <div className={styles.bar}>
        <Select
          label="Model"
          value={model?.id ?? null}
          options={all.map(({ id, name, hasStates }) => ({
            value: id,
            label: name,
            ...(hasStates ? {} : { hint: 'tokens only' }),
          }))}
          onChange={(id) => lab.set({ modelId: id })}
          className={styles.model}
        />
        <span className={styles.examples}>
          Try
          {exampleTexts.map((example) => (
            <Button key={example} look="plain" size="small" onPress={() => lab.set({ text: example })}>
              {example}
            </Button>
          ))}
        </span>
      </div>
      <TextArea
        label="Text"
        value={text}
        onChange={(next) => lab.set({ text: next })}
        placeholder="Type or paste a text"
        maxLength={longestText}
        rows={2}
      />
      {isAsked ? <TokensOf model={model} text={text} /> : text === '' && <Nothing />}
    </>
  )
}

function Nothing(): React.JSX.Element {
  return <p className={styles.nothing}>Its tokens show here as you type.</p>
}

function TokensOf({ model, text }: { readonly model: LabModel; readonly text: string }): React.JSX.Element {
  const { reply, answers, isLoading, error, again } = useLiveRequest('lab.tokens', { modelId: model.id, text }, typedAfterMs)
  const own = answers?.modelId === model.id ? reply : null
  return (
    <>
      <section className={styles.part}>
        <div className={styles.partHead}>
          <h3>Tokens</h3>
          <p role="status" className={styles.counts}>
            {own !== null && error === null && (
              <>
                <b>{countOf(own.tokens.length, 'token')}</b>
                <span>{countOf(countCharacters(answers?.text ?? ''), 'character')}</span>
                <span>
                  {model.name} reads {formatNumber(own.maxTokens)} at once
                </span>
              </>
            )}
          </p>
        </div>
        <LiveNote error={error} isWaiting={isLoading && own === null} onAgain={again} />
        {own !== null && error === null && (
          <>
            {(own.isCut || own.tokens.length > own.maxTokens) && (
              <Banner look="warning" className={styles.cut}>
                The text is longer than the model reads at once. A search cuts such texts into windows and reads each.
              </Banner>
            )}
            <TokenFlow tokens={own.tokens} isOld={isLoading} />
            <p className={styles.note}>{signsIn(own.tokens).join(' ')}</p>
          </>
        )}
      </section>
      {model.hasStates ? <StepsOf model={model} text={text} /> : <NoStates name={model.name} />}
    </>
  )
}

function StepsOf({ model, text }: { readonly model: LabModel; readonly text: string }): React.JSX.Element {
  const asked = text.slice(0, longestForSteps)
  const { reply, answers, isLoading, error, again } = useLiveRequest(
    'lab.steps',
    { modelId: model.id, text: asked },
    typedAfterMs * 2,
  )
  const own = answers?.modelId === model.id ? reply : null
  return (
    <section className={styles.part}>
      <div className={styles.partHead}>
        <h3>Step by step</h3>
        {asked.length < text.length && <p className={styles.counts}>for the first {formatNumber(longestForSteps)} characters</p>}
      </div>
      <LiveNote error={error} isWaiting={isLoading && own === null} onAgain={again} />
      {own !== null && error === null && <StepsTable text={answers?.text ?? ''} steps={own} isOld={isLoading} />}
    </section>
  )
}

function NoStates({ name }: { readonly name: string }): React.JSX.Element {
  return (
    <section className={styles.part}>
      <h3>Step by step</h3>
      <p className={styles.nothing}>
        Only the vocabulary of {name} is here. With the model itself, its states and the vector show too:{' '}
        <Link to="/settings/models" className={styles.link}>
          get it under Settings, Models
        </Link>
        .
      </p>
    </section>
  )
}
