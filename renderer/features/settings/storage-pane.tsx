import { RefreshCw, RotateCw } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { Link } from 'react-router'
import { useStore } from 'zustand'
import { AkinError } from '../../../shared/errors.ts'
import type { DiskUse } from '../../../shared/model/library.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { countOf, formatBytes, formatNumber } from '../../ui/format.ts'
import { Segments } from '../../ui/segments.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useDelayed } from '../../ui/use-delayed.ts'
import { sentence } from '../../ui/sentence.ts'
import { DiskBar, totalBytes } from './disk-bar.tsx'
import { SettingGroup, SettingRow } from './setting-row.tsx'
import styles from './storage-pane.module.css'

/** Where the library lies, what it takes up, and what can be rebuilt. */
export function StoragePane(): React.JSX.Element {
  return (
    <>
      <DiskGroup />
      <IndexGroup />
      <TrashGroup />
    </>
  )
}

function DiskGroup(): React.JSX.Element {
  const { client } = useServices()
  const [disk, setDisk] = useState<DiskUse | null>(null)
  const [error, setError] = useState<AkinError | null>(null)
  const load = useCallback(() => {
    client.request('library.disk', {}).then(
      (read) => {
        setDisk(read)
        setError(null)
      },
      (cause: unknown) => setError(cause instanceof AkinError ? cause : null),
    )
  }, [client])
  useEffect(load, [load])
  const isLate = useDelayed(disk === null && error === null)
  return (
    <SettingGroup title="Disk use" amount={disk === null ? undefined : formatBytes(totalBytes(disk))}>
      {isLate && <Skeleton width={90} />}
      {error !== null && (
        <p role="alert">
          {sentence(error.message, error.advice)}{' '}
          <Button size="small" icon={RotateCw} onPress={load}>
            Try again
          </Button>
        </p>
      )}
      {disk !== null && (
        <>
          <DiskBar disk={disk} />
          <SettingRow name="Library folder" hint={disk.folder}>
            <span className={styles.free}>{disk.freeBytes !== null && `${formatBytes(disk.freeBytes)} free on this disk`}</span>
          </SettingRow>
        </>
      )}
    </SettingGroup>
  )
}

const states = { 'ready': 'Ready', 'catching-up': 'Catching up', 'rebuilding': 'Being rebuilt' } as const

function IndexGroup(): React.JSX.Element {
  const { client, status, actions, toasts } = useServices()
  const library = useStore(status.store, (state) => state.status)
  const rebuild = (part: 'vectors' | 'keywords'): void => {
    client.request('index.rebuild', { part }).then(
      ({ jobId }) =>
        toasts.show({
          message: 'The index is being rebuilt; search goes on with what is there',
          action: { label: 'Show', run: () => (location.hash = `/activity/${jobId}`) },
        }),
      (error: unknown) => actions.told(error),
    )
  }
  if (library === null) return <></>
  const { indexes, chunks, embeddedChunks } = library
  return (
    <SettingGroup title="Indexes">
      <SettingRow
        name="By meaning"
        hint={`${states[indexes.vectors]}; ${formatNumber(embeddedChunks)} of ${countOf(chunks, 'passage')} read for meaning`}
      >
        <Button icon={RefreshCw} isDisabled={indexes.vectors === 'rebuilding'} onPress={() => rebuild('vectors')}>
          Rebuild
        </Button>
      </SettingRow>
      <SettingRow name="By words" hint={states[indexes.keywords]}>
        <Button icon={RefreshCw} isDisabled={indexes.keywords === 'rebuilding'} onPress={() => rebuild('keywords')}>
          Rebuild
        </Button>
      </SettingRow>
      {indexes.notes.map((note) => (
        <p key={note} className={styles.note}>
          {note}
        </p>
      ))}
      <p className={styles.note}>Both are made from the library and can be lost without losing anything but time.</p>
    </SettingGroup>
  )
}

const trashChoices = ['7', '30', '90', '0'] as const

function TrashGroup(): React.JSX.Element {
  const { settings, status } = useServices()
  const days = useStore(settings.store, (state) => state.settings.trashDays)
  const trashed = useStore(status.store, (state) => state.status?.trashed ?? 0)
  const choices = [...new Set([...trashChoices, String(days)])].sort((a, b) => (Number(a) || Infinity) - (Number(b) || Infinity))
  return (
    <SettingGroup title="Trash">
      <SettingRow
        name="Delete for good after"
        hint={
          <>
            {trashed === 0 ? (
              'The trash is empty'
            ) : (
              <Link to="/library?view=trash" className={styles.link}>
                {countOf(trashed, 'item')} in the trash
              </Link>
            )}
          </>
        }
      >
        <Segments
          label="Delete for good after"
          value={String(days)}
          options={choices.map((value) => ({ value, label: value === '0' ? 'Never' : countOf(Number(value), 'day') }))}
          onChange={(value) => settings.update({ trashDays: Number(value) })}
        />
      </SettingRow>
    </SettingGroup>
  )
}
