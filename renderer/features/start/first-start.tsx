import { FileInput, FilePlus2, FolderPlus, Library, Search, type LucideIcon } from 'lucide-react'
import { Button } from 'react-aria-components/Button'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { cx } from '../../ui/class-names.ts'
import { countOf } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { Keys } from '../../ui/keys.tsx'
import { Progress } from '../../ui/progress.tsx'
import { describeCount, leadingJob } from '../activity/job-groups.ts'
import { useChooser } from '../importing/use-chooser.ts'
import styles from './first-start.module.css'

/** The window before anything is in it: the ways in, and what happens then. */
export function FirstStart(): React.JSX.Element {
  const { client, imports } = useServices()
  const { chooseFiles, chooseFolder } = useChooser()
  const readsInPlace = client.host.importBy === 'grant'
  return (
    <>
      <div className={styles.bar}>
        <div className={styles.box}>
          <Icon of={Search} />
          <span>Search by words and by meaning</span>
          <Keys of="/" />
        </div>
      </div>
      <div className={styles.start}>
        <section className={styles.main} aria-labelledby="start-title">
          <h1 id="start-title">Nothing here yet</h1>
          <p className={styles.lead}>Bring in what you read and write. A drop works anywhere in this window, now and later.</p>
          <DropZone onChoose={chooseFiles} />
          <ul className={styles.ways}>
            <Way
              icon={Library}
              name="Try the sample library"
              hint="Notes, files, articles and chats to look around in; one click removes them again"
              onPress={imports.addSample}
            />
            <Way
              icon={FolderPlus}
              name="Add a folder"
              hint={
                readsInPlace
                  ? 'Akin reads it where it is, with all its folders'
                  : 'With all its folders; a copy of each file goes into your library'
              }
              keys="Mod+O"
              onPress={chooseFolder}
            />
            <Way
              icon={FilePlus2}
              name="Choose files"
              hint={readsInPlace ? 'One or many, read where they are' : 'One or many; a copy of each goes into your library'}
              keys="Mod+Shift+O"
              onPress={chooseFiles}
            />
          </ul>
        </section>
        <Aside readsInPlace={readsInPlace} />
      </div>
    </>
  )
}

function DropZone({ onChoose }: { readonly onChoose: () => void }): React.JSX.Element {
  const { imports, jobs } = useServices()
  const drag = useStore(imports.store, (state) => state.drag)
  const transfer = useStore(imports.store, (state) => state.transfers[0])
  const leading = leadingJob(useStore(jobs.store, (state) => state.jobs))
  if (transfer !== undefined) {
    return (
      <div className={styles.zone} role="status">
        <Icon of={FileInput} size="large" />
        <b>{transfer.phase === 'looking' ? `Looking through ${transfer.title}` : `Taking in ${transfer.title}`}</b>
        <p>
          {transfer.phase === 'looking'
            ? `${countOf(transfer.found, 'file')} so far`
            : `${transfer.sent} of ${countOf(transfer.found, 'file')}`}
        </p>
        <Progress label="Taking in files" value={transfer.sent} max={transfer.phase === 'looking' ? null : transfer.found} />
      </div>
    )
  }
  if (leading !== null) {
    return (
      <div className={styles.zone} role="status">
        <Icon of={FileInput} size="large" />
        <b>{leading.job.title}</b>
        <p>{describeCount(leading.job)}. The first items show here in a moment.</p>
        <Progress label={describeCount(leading.job)} value={leading.job.completed} max={leading.job.total} />
      </div>
    )
  }
  return (
    <Button className={cx(styles.zone, drag.isOver && styles.over)} onPress={onChoose}>
      <Icon of={FileInput} size="large" />
      <b>
        {!drag.isOver
          ? 'Drop files or folders here, or choose them'
          : drag.count === null
            ? 'Let go to bring it in'
            : `Let go to bring in ${countOf(drag.count, 'item')}`}
      </b>
      <span>Markdown, text, HTML, PDF and more; what cannot be read is listed with the reason</span>
    </Button>
  )
}

interface WayProps {
  readonly icon: LucideIcon
  readonly name: string
  readonly hint: string
  readonly keys?: string
  readonly onPress: () => void
}

function Way({ icon, name, hint, keys, onPress }: WayProps): React.JSX.Element {
  return (
    <li>
      <Button className={styles.way} onPress={onPress}>
        <Icon of={icon} size="large" />
        <span className={styles.wayText}>
          <b>{name}</b>
          <span>{hint}</span>
        </span>
        {keys !== undefined && <Keys of={keys} />}
      </Button>
    </li>
  )
}

function Aside({ readsInPlace }: { readonly readsInPlace: boolean }): React.JSX.Element {
  return (
    <aside className={styles.aside} aria-label="What happens then">
      <h2>What happens then</h2>
      <ol className={styles.steps}>
        <li>
          <span>At once</span>
          <p>Each file is read. What cannot be read is listed, with the reason.</p>
        </li>
        <li>
          <span>In seconds</span>
          <p>You find it by its words.</p>
        </li>
        <li>
          <span>Bit by bit</span>
          <p>You find it by its meaning; the bar below tells how far that is and how long it takes.</p>
        </li>
      </ol>
      <h2>What does not happen</h2>
      <p>No account, no key, no download. The model that reads for meaning is already inside. It knows English best.</p>
      <p>{readsInPlace ? 'Files stay where they are.' : 'Your own files are not touched.'} Nothing leaves this computer.</p>
    </aside>
  )
}
