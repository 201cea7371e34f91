import { KeyRound } from 'lucide-react'
import { useEffect, useState } from 'react'
import { AkinError } from '../../../shared/errors.ts'
import { useServices } from '../../app/services-context.ts'
import { useLiveRequest } from '../../app/use-live-request.ts'
import { Button } from '../../ui/button.tsx'
import { FormRow } from '../../ui/form-row.tsx'
import { Icon } from '../../ui/icon.tsx'
import { sentence } from '../../ui/sentence.ts'
import { TextField } from '../../ui/text-field.tsx'
import styles from './key-field.module.css'

interface KeyFieldProps {
  readonly baseUrl: string
  readonly isNeeded: boolean
  readonly onKey?: (hasKey: boolean) => void
}

/** The key to a service: typed once, kept where the host keeps keys, and never shown again. */
export function KeyField({ baseUrl, isNeeded, onKey }: KeyFieldProps): React.JSX.Element {
  const { client } = useServices()
  const { reply, error, again } = useLiveRequest('keys.describe', { baseUrl }, 300)
  const [typed, setTyped] = useState('')
  const [isReplacing, setReplacing] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const hasKey = reply?.hasKey ?? false
  useEffect(() => onKey?.(hasKey), [onKey, hasKey])
  const told = (cause: unknown): void => {
    if (!(cause instanceof AkinError)) throw cause
    setFailure(sentence(cause.message, cause.advice))
  }
  const afterwards = (): void => {
    setFailure(null)
    setReplacing(false)
    again()
  }
  const keep = (): void => {
    const key = typed.trim()
    if (key === '') return
    // Out of the page before it is known whether it was kept.
    setTyped('')
    client.request('keys.set', { baseUrl, key }).then(afterwards, told)
  }
  const remove = (): void => {
    client.request('keys.remove', { baseUrl }).then(afterwards, told)
  }
  const place = reply?.place
  const message = failure ?? (error === null ? null : sentence(error.message, error.advice))
  if (hasKey && !isReplacing) {
    return (
      <FormRow name="Key" hint={place === undefined ? undefined : sentence(place.description)}>
        <div className={styles.kept}>
          <Icon of={KeyRound} />
          <span>There is a key</span>
          <Button look="plain" size="small" onPress={() => setReplacing(true)}>
            Replace
          </Button>
          <Button look="plain" size="small" onPress={remove}>
            Remove
          </Button>
        </div>
      </FormRow>
    )
  }
  const canKeep = place?.kind !== 'none'
  return (
    <FormRow name={isNeeded ? 'Key' : 'Key, if it asks'} hint={place === undefined ? undefined : sentence(place.description)}>
      <div className={styles.entry}>
        <TextField
          label="Key"
          type="password"
          value={typed}
          onChange={setTyped}
          isDisabled={!canKeep}
          placeholder={isNeeded ? 'Needed before anything is sent' : 'None'}
          error={message}
          className={styles.field}
        />
        <Button onPress={keep} isDisabled={typed.trim() === '' || !canKeep}>
          Keep the key
        </Button>
      </div>
    </FormRow>
  )
}
