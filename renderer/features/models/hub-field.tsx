import { useState } from 'react'
import { useStore } from 'zustand'
import { defaultSettings } from '../../../shared/model/library.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/text-field.tsx'
import styles from './hub-field.module.css'

/** Where models are downloaded from. */
export function HubField(): React.JSX.Element {
  const { settings } = useServices()
  const hub = useStore(settings.store, (state) => state.settings.hub)
  const [draft, setDraft] = useState<string | null>(null)
  const shown = draft ?? hub
  const error = draft === null || isWebAddress(draft) ? null : 'This is not a web address: https://… is meant'
  const keep = (): void => {
    if (draft === null || error !== null) return
    settings.update({ hub: draft.trim().replace(/\/+$/, '') })
    setDraft(null)
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        keep()
      }}
    >
      <TextField
        label="Address of the model hub"
        type="url"
        value={shown}
        onChange={setDraft}
        error={error}
        className={styles.field}
        validationBehavior="aria"
      />
      <Button type="submit" isDisabled={draft === null || draft === hub || error !== null}>
        Keep
      </Button>
      <Button
        look="plain"
        isDisabled={shown === defaultSettings.hub}
        onPress={() => {
          setDraft(null)
          settings.update({ hub: defaultSettings.hub })
        }}
      >
        Reset
      </Button>
    </form>
  )
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text.trim()) && /^https?:$/.test(new URL(text.trim()).protocol)
}
