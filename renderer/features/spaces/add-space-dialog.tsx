import { useState } from 'react'
import { useStore } from 'zustand'
import { AkinError } from '../../../shared/errors.ts'
import type { SpaceRecipe } from '../../../shared/model/space.ts'
import { useServices } from '../../app/services-context.ts'
import { useLiveRequest } from '../../app/use-live-request.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FormRow } from '../../ui/form-row.tsx'
import { Segments } from '../../ui/segments.tsx'
import { Select } from '../../ui/select.tsx'
import { sentence } from '../../ui/sentence.ts'
import { poolings, usableModels } from '../models/model-facts.ts'
import styles from './add-space-dialog.module.css'
import { CheckResult } from './check-result.tsx'
import { PrivacyLock } from './privacy-lock.tsx'
import { emptyDraft, poolingsFor, recipeOf, type RecipeDraft } from './recipe-draft.ts'
import { presetOf } from './services.ts'
import { ServiceFields } from './service-fields.tsx'
import { postMethods, type PostMethod } from './space-facts.ts'

/** Makes a space: which model, how its output is read, what it takes, and for a service what leaves. */
export function AddSpaceDialog(): React.JSX.Element | null {
  const { spaces } = useServices()
  const adding = useStore(spaces.store, (state) => state.adding)
  if (adding === null) return null
  return (
    <Dialog title="Add a space" isOpen onClose={() => spaces.closeAdding()} size="medium">
      <AddSpaceForm modelId={adding.modelId} />
    </Dialog>
  )
}

const checkedAfterMs = 400

function AddSpaceForm({ modelId }: { readonly modelId: string | null }): React.JSX.Element {
  const { spaces, models } = useServices()
  const usable = usableModels(useStore(models.store, (state) => state.models))
  const [draft, setDraft] = useState<RecipeDraft>(() => emptyDraft(modelId))
  // The models may come after the dialog.
  const whole = { ...draft, modelId: draft.modelId ?? usable[0]?.id ?? null }
  const change = (part: Partial<RecipeDraft>): void => setDraft({ ...whole, ...part })
  const recipe = recipeOf(whole)
  const check = useLiveRequest('spaces.check', recipe === null ? null : { recipe }, checkedAfterMs)
  const adding = useAdding()
  const [hasKey, setHasKey] = useState(false)
  const sends = check.reply?.sends ?? null
  const isReady = recipe !== null && check.reply !== null && !check.isLoading && check.error === null
  const needsKey = whole.from === 'service' && !hasKey && presetOf(whole.presetId).needsKey
  const canAdd = isReady && !needsKey && check.reply?.existingId === null && check.reply.selfTest?.isPassed !== false
  return (
    <>
      <div className={styles.body}>
        <FormRow name="Made by">
          <Segments
            label="Made by"
            value={whole.from}
            options={[
              { value: 'model', label: 'A model on this computer' },
              { value: 'service', label: 'A service or server' },
            ]}
            onChange={(from) => change({ from })}
          />
        </FormRow>
        {whole.from === 'model' ? (
          <ModelFields draft={whole} onChange={change} />
        ) : (
          <ServiceFields draft={whole} onChange={change} onKey={setHasKey} />
        )}
        <PostField value={whole.post} onChange={(post) => change({ post })} />
        <CheckResult check={check} isWhole={recipe !== null} needsKey={needsKey} />
        {adding.error !== null && (
          <Banner look="error" className={styles.error}>
            {sentence(adding.error.message, adding.error.advice)}
          </Banner>
        )}
      </div>
      <footer className={styles.foot}>
        <Button onPress={() => spaces.closeAdding()}>Cancel</Button>
        <Button
          look="primary"
          isDisabled={!canAdd}
          isBusy={adding.isBusy}
          onPress={() => recipe !== null && (sends === null ? adding.add(recipe, false) : adding.ask(recipe))}
        >
          {sends === null ? 'Add and fill' : 'Add…'}
        </Button>
      </footer>
      {adding.asked !== null && check.reply !== null && sends !== null && (
        <PrivacyLock
          sends={sends}
          passages={check.reply.passages}
          onNo={() => adding.ask(null)}
          onYes={() => adding.add(adding.asked!, true)}
        />
      )}
    </>
  )
}

interface Adding {
  /** A recipe for a service that waits for a yes. */
  readonly asked: SpaceRecipe | null
  readonly isBusy: boolean
  readonly error: AkinError | null
  readonly ask: (recipe: SpaceRecipe | null) => void
  readonly add: (recipe: SpaceRecipe, consents: boolean) => void
}

function useAdding(): Adding {
  const { spaces } = useServices()
  const [asked, setAsked] = useState<SpaceRecipe | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<AkinError | null>(null)
  const add = (recipe: SpaceRecipe, consents: boolean): void => {
    setAsked(null)
    setBusy(true)
    setError(null)
    spaces.add(recipe, consents).catch((cause: unknown) => {
      if (!(cause instanceof AkinError)) throw cause
      setError(cause)
      setBusy(false)
    })
  }
  return { asked, isBusy, error, ask: setAsked, add }
}

interface FieldsProps {
  readonly draft: RecipeDraft
  readonly onChange: (part: Partial<RecipeDraft>) => void
}

function ModelFields({ draft, onChange }: FieldsProps): React.JSX.Element {
  const { models } = useServices()
  const usable = usableModels(useStore(models.store, (state) => state.models))
  const model = usable.find(({ id }) => id === draft.modelId)
  const choices = poolingsFor(model)
  const shown = draft.pooling ?? model?.pooling ?? null
  return (
    <>
      <FormRow name="Model" hint="More can be downloaded or imported under Settings, Models.">
        <Select
          label="Model"
          value={draft.modelId}
          options={usable.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(modelId) => onChange({ modelId, pooling: null })}
        />
      </FormRow>
      {shown !== null && (
        <FormRow name="Pooling" hint={poolings[shown].means}>
          {choices.length === 0 ? (
            <span className={styles.fixed}>{poolings[shown].name}</span>
          ) : (
            <Select
              label="Pooling"
              value={shown}
              options={choices.map((one) => ({
                value: one,
                label: poolings[one].name,
                ...(one === model?.pooling ? { hint: 'the model’s own' } : {}),
              }))}
              onChange={(pooling) => onChange({ pooling: pooling === model?.pooling ? null : pooling })}
            />
          )}
        </FormRow>
      )}
    </>
  )
}

interface PostFieldProps {
  readonly value: PostMethod
  readonly onChange: (value: PostMethod) => void
}

function PostField({ value, onChange }: PostFieldProps): React.JSX.Element {
  return (
    <FormRow name="Afterwards" hint={postMethods[value].means}>
      <Select
        label="Afterwards"
        value={value}
        options={(Object.keys(postMethods) as PostMethod[]).map((one) => ({ value: one, label: postMethods[one].name }))}
        onChange={onChange}
      />
    </FormRow>
  )
}
