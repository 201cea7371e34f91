import { useStore } from 'zustand'
import type { SpaceInfo } from '../../../shared/model/space.ts'
import { useServices } from '../../app/services-context.ts'
import { useLiveRequest } from '../../app/use-live-request.ts'
import { Button } from '../../ui/button.tsx'
import { formatDay, formatNumber } from '../../ui/format.ts'
import { hostOf } from '../spaces/space-facts.ts'
import styles from './privacy-pane.module.css'
import { SettingGroup, SettingRow } from './setting-row.tsx'

/** The services that texts may go to, and the way to take that back. */
export function ServicesGroup(): React.JSX.Element | null {
  const { spaces } = useServices()
  const remote = useStore(spaces.store, (state) => state.spaces).filter(({ recipe }) => recipe.type === 'remote')
  if (remote.length === 0) return null
  const byAddress = Map.groupBy(remote, ({ recipe }) => (recipe.type === 'remote' ? recipe.baseUrl : ''))
  return (
    <SettingGroup title="Services that may read your texts">
      <p className={styles.lead}>
        You said yes to these. Each gets the passages of your library, every later item and every search in its space, until the
        space is removed.
      </p>
      {[...byAddress].map(([baseUrl, own]) => (
        <ServiceRow key={baseUrl} baseUrl={baseUrl} spaces={own} />
      ))}
    </SettingGroup>
  )
}

interface ServiceRowProps {
  readonly baseUrl: string
  readonly spaces: readonly SpaceInfo[]
}

function ServiceRow({ baseUrl, spaces: own }: ServiceRowProps): React.JSX.Element {
  const { client, spaces, status, actions } = useServices()
  const sent = useStore(status.store, (state) => state.status?.sent) ?? []
  const { reply, again } = useLiveRequest('keys.describe', { baseUrl })
  const host = hostOf(own[0]!.recipe) ?? baseUrl
  const entry = sent.find(({ to }) => to === host)
  const isUsed = own.some(({ isDefault }) => isDefault)
  const names = own.map(({ name }) => name).join(', ')
  const told = entry === undefined ? 'nothing sent yet' : `${formatNumber(entry.count)} times since ${formatDay(entry.since)}`
  const removeKey = (): void => {
    client.request('keys.remove', { baseUrl }).then(
      () => again(),
      (error: unknown) => actions.told(error),
    )
  }
  return (
    <SettingRow
      name={host}
      hint={`${names}: ${told}.${isUsed ? ' Searches use it: choose another space before you take it back.' : ''}`}
    >
      {reply?.hasKey === true && (
        <Button look="plain" onPress={removeKey} aria-label={`Remove the key for ${host}`}>
          Remove the key
        </Button>
      )}
      <Button
        isDisabled={isUsed}
        onPress={() => {
          for (const space of own) spaces.remove(space)
        }}
        aria-label={`Take the yes for ${host} back: remove ${names}`}
      >
        Take the yes back
      </Button>
    </SettingRow>
  )
}
