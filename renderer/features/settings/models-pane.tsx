import { Columns2, Plus, RotateCw } from 'lucide-react'
import { useEffect } from 'react'
import { useNavigate } from 'react-router'
import { useStore } from 'zustand'
import type { AkinError } from '../../../shared/errors.ts'
import { useServices } from '../../app/services-context.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { countOf } from '../../ui/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { sentence } from '../../ui/sentence.ts'
import { useDelayed } from '../../ui/use-delayed.ts'
import { HubField } from '../models/hub-field.tsx'
import { ImportButton, InstalledModels, OfferedModels } from '../models/models-list.tsx'
import { groupModels } from '../models/model-facts.ts'
import { writeCompareParams } from '../spaces/compare-params.ts'
import { SpacesTable } from '../spaces/spaces-table.tsx'
import styles from './models-pane.module.css'
import { SettingGroup, SettingRow } from './setting-row.tsx'

/** Spaces first, since searches use them; then the models that make them. */
export function ModelsPane(): React.JSX.Element {
  const { models, spaces, jobs } = useServices()
  useEffect(() => {
    void models.load()
    void spaces.load()
    void jobs.load()
  }, [models, spaces, jobs])
  return (
    <>
      <p className={styles.intro}>
        A model turns passages into numbers; a space keeps the numbers of one model. Spaces never mix, and a new one fills beside
        the old.
      </p>
      <SpacesGroup />
      <ModelGroups />
      <SettingGroup title="Where models come from">
        <SettingRow name="Model hub" hint="Asked only when you press a download; a mirror of your own will do as well">
          <HubField />
        </SettingRow>
      </SettingGroup>
    </>
  )
}

function SpacesGroup(): React.JSX.Element {
  const { spaces } = useServices()
  const navigate = useNavigate()
  const { spaces: all, isLoaded, error } = useStore(spaces.store)
  const isLate = useDelayed(!isLoaded)
  return (
    <div className={styles.spaces}>
      <div className={styles.head}>
        <h3>Spaces</h3>
        {all.length > 1 && (
          <Button
            look="plain"
            icon={Columns2}
            onPress={() => void navigate(writeCompareParams({ q: '', ids: [null, null], mode: 'vector' }))}
          >
            Compare
          </Button>
        )}
        <Button look="primary" icon={Plus} onPress={() => spaces.openAdding()}>
          Add a space…
        </Button>
      </div>
      {isLate && <Lines />}
      {error !== null && <Failure error={error} onAgain={() => void spaces.load()} />}
      {all.length > 0 && <SpacesTable spaces={all} />}
    </div>
  )
}

function ModelGroups(): React.JSX.Element {
  const { models } = useServices()
  const { models: all, isLoaded, error } = useStore(models.store)
  const isLate = useDelayed(!isLoaded)
  const { here, offered } = groupModels(all)
  return (
    <>
      <SettingGroup title="Models on this computer" amount={here.length === 0 ? undefined : String(here.length)}>
        {isLate && <Lines />}
        {error !== null && <Failure error={error} onAgain={() => void models.load()} />}
        <InstalledModels />
        <div className={styles.import}>
          <ImportButton />
          <span>From a folder or zip file; nothing is downloaded.</span>
        </div>
      </SettingGroup>
      {offered.length > 0 && (
        <SettingGroup title="To download" amount={countOf(offered.length, 'model')}>
          <OfferedModels />
        </SettingGroup>
      )}
    </>
  )
}

function Lines(): React.JSX.Element {
  return (
    <div className={styles.lines} aria-hidden>
      <Skeleton width={60} />
      <Skeleton width={90} />
      <Skeleton width={75} />
    </div>
  )
}

function Failure({ error, onAgain }: { readonly error: AkinError; readonly onAgain: () => void }): React.JSX.Element {
  return (
    <Banner
      look="error"
      actions={
        <Button look="plain" size="small" icon={RotateCw} onPress={onAgain}>
          Try again
        </Button>
      }
    >
      {sentence(error.message, error.advice)}
    </Banner>
  )
}
