import { useState } from 'react'
import { FormRow } from '../../ui/form-row.tsx'
import { Select } from '../../ui/select.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { KeyField } from './key-field.tsx'
import { ofPreset, problemsOf, type RecipeDraft } from './recipe-draft.ts'
import { presetOf, servicePresets, takesDimensions } from './services.ts'

interface ServiceFieldsProps {
  readonly draft: RecipeDraft
  readonly onChange: (part: Partial<RecipeDraft>) => void
  readonly onKey: (hasKey: boolean) => void
}

const anotherModel = ''

/** Which service, which of its models, and the key to it. */
export function ServiceFields({ draft, onChange, onKey }: ServiceFieldsProps): React.JSX.Element {
  const preset = presetOf(draft.presetId)
  const [isOther, setOther] = useState(false)
  const problems = problemsOf(draft)
  const isNamed = preset.models.length === 0 || isOther
  return (
    <>
      <FormRow name="Service" hint={preset.note}>
        <Select
          label="Service"
          value={preset.id}
          options={servicePresets.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(id) => {
            setOther(false)
            onChange(ofPreset(presetOf(id)))
          }}
        />
      </FormRow>
      <FormRow name="Address">
        <TextField
          label="Address"
          type="url"
          validationBehavior="aria"
          value={draft.baseUrl}
          onChange={(baseUrl) => onChange({ baseUrl })}
          placeholder="https://…/v1"
          error={problems.baseUrl}
        />
      </FormRow>
      <FormRow name="Model">
        {!isNamed ? (
          <Select
            label="Model"
            value={draft.remoteModel}
            options={[
              ...preset.models.map((model) => ({ value: model, label: model })),
              { value: anotherModel, label: 'Another…' },
            ]}
            onChange={(remoteModel) => {
              setOther(remoteModel === anotherModel)
              onChange({ remoteModel })
            }}
          />
        ) : (
          <TextField
            label="Model"
            value={draft.remoteModel}
            onChange={(remoteModel) => onChange({ remoteModel })}
            placeholder="Its name there"
            autoFocus={isOther}
          />
        )}
      </FormRow>
      {takesDimensions(draft.remoteModel) && (
        <FormRow name="Dimensions" hint="Shorter vectors take less room and find a little less. Empty leaves it to the model.">
          <TextField
            label="Dimensions"
            inputMode="numeric"
            validationBehavior="aria"
            value={draft.dimensions}
            onChange={(dimensions) => onChange({ dimensions })}
            placeholder="The model’s own"
            error={problems.dimensions}
          />
        </FormRow>
      )}
      {problems.baseUrl === null && draft.baseUrl.trim() !== '' && (
        <KeyField baseUrl={draft.baseUrl.trim()} isNeeded={preset.needsKey} onKey={onKey} />
      )}
    </>
  )
}
