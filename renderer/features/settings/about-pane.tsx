import { Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { AkinError } from '../../../shared/errors.ts'
import type { RequestOutput } from '../../../shared/contract/requests.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useDelayed } from '../../ui/use-delayed.ts'
import { sentence } from '../../ui/sentence.ts'
import styles from './about-pane.module.css'
import { SettingGroup, SettingRow } from './setting-row.tsx'

type About = RequestOutput<'about.get'>

/** Versions, licences, the model, and what to copy into a report. */
export function AboutPane(): React.JSX.Element {
  const { client } = useServices()
  const [about, setAbout] = useState<About | null>(null)
  const [error, setError] = useState<AkinError | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    client.request('about.get', {}, { signal: controller.signal }).then(setAbout, (cause: unknown) => {
      if (!controller.signal.aborted) setError(cause instanceof AkinError ? cause : null)
    })
    return () => controller.abort()
  }, [client])
  const isLate = useDelayed(about === null && error === null)
  return (
    <>
      {error !== null && <p role="alert">{sentence(error.message, error.advice)}</p>}
      {isLate && <Skeleton width={60} />}
      {about !== null && (
        <>
          <SettingGroup>
            <SettingRow name={`Akin ${about.version}`} hint="Finds what belongs together in what you read and write">
              <span />
            </SettingRow>
            <SettingRow name="Library folder" hint={about.folder}>
              <span />
            </SettingRow>
            <ModelRow />
          </SettingGroup>
          <Diagnostics text={about.diagnostics} />
          <Parts parts={about.parts} />
        </>
      )}
    </>
  )
}

const inferenceStates = {
  idle: 'Rests until it is needed',
  starting: 'Starting',
  ready: 'Ready',
  restarting: 'Starting again',
  failed: 'Does not run',
} as const

function ModelRow(): React.JSX.Element | null {
  const { status } = useServices()
  const library = useStore(status.store, (state) => state.status)
  if (library === null) return null
  const { space, inference, inferenceReason } = library
  const reason = inferenceReason === null ? '' : `: ${sentence(inferenceReason.message, inferenceReason.advice)}`
  return (
    <SettingRow
      name={`Model ${space.name}`}
      hint={`${space.where === 'local' ? 'On this computer' : 'On another computer'}. ${inferenceStates[inference]}${reason}`}
    >
      <span />
    </SettingRow>
  )
}

function Diagnostics({ text }: { readonly text: string }): React.JSX.Element {
  const { toasts } = useServices()
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => toasts.show({ message: 'The diagnostics are copied' }))
  }
  return (
    <SettingGroup title="Diagnostics">
      <SettingRow name="For a report" hint="Versions and numbers; no titles, texts or paths of your files">
        <Button icon={Copy} onPress={copy}>
          Copy
        </Button>
      </SettingRow>
      {/* Long lines scroll with the arrow keys. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.text} tabIndex={0} role="region" aria-label="Diagnostics">
        {text}
      </pre>
    </SettingGroup>
  )
}

function Parts({ parts }: Pick<About, 'parts'>): React.JSX.Element {
  return (
    <SettingGroup title="Made with">
      <table className={styles.parts}>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">Version</th>
            <th scope="col">Licence</th>
          </tr>
        </thead>
        <tbody>
          {parts.map(({ name, version, licence }) => (
            <tr key={name}>
              <td>{name}</td>
              <td>{version}</td>
              <td>{licence}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </SettingGroup>
  )
}
