import { FilePlus2, FolderPlus } from 'lucide-react'
import type { AkinError } from '../../../shared/errors.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { sentence } from '../../ui/sentence.ts'
import { useChooser } from '../importing/use-chooser.ts'
import styles from './library-empty.module.css'
import { emptyView, isNarrowed, type LibraryView } from './library-view.ts'

interface LibraryEmptyProps {
  readonly view: LibraryView
  readonly error: AkinError | null
  readonly onView: (view: LibraryView) => void
}

/** What stands in the place of the table while it has no rows. */
export function LibraryEmpty({ view, error, onView }: LibraryEmptyProps): React.JSX.Element {
  const { library } = useServices()
  if (error !== null) {
    return (
      <Message title="The library could not be read" text={sentence(error.message, error.advice)}>
        <Button onPress={() => library.retry()}>Try again</Button>
      </Message>
    )
  }
  if (isNarrowed(view)) {
    return (
      <Message title="No item fits" text={nothingFits(view)}>
        <Button onPress={() => onView({ ...emptyView, isTrash: view.isTrash })}>Show everything</Button>
      </Message>
    )
  }
  if (view.isTrash)
    return <Message title="The trash is empty" text="What you delete stays here for a while and can be put back." />
  return <NothingYet />
}

function nothingFits(view: LibraryView): string {
  const isChosen = isNarrowed({ ...view, contains: '' })
  if (view.contains === '') return 'No item has all that is chosen on the left.'
  const holds = `Nothing here has “${view.contains}” in its title, tags or author`
  return isChosen ? `${holds} and fits what is chosen on the left.` : `${holds}.`
}

function NothingYet(): React.JSX.Element {
  const { imports } = useServices()
  const { chooseFiles, chooseFolder } = useChooser()
  return (
    <Message title="Nothing here yet" text="Drop files or folders anywhere in this window, or choose them.">
      <Button icon={FolderPlus} onPress={chooseFolder}>
        Add a folder
      </Button>
      <Button look="plain" icon={FilePlus2} onPress={chooseFiles}>
        Choose files
      </Button>
      <Button look="plain" onPress={imports.addSample}>
        Try the sample library
      </Button>
    </Message>
  )
}

interface MessageProps {
  readonly title: string
  readonly text: string
  readonly children?: React.ReactNode
}

function Message({ title, text, children }: MessageProps): React.JSX.Element {
  return (
    <div className={styles.message} role="status">
      <h2>{title}</h2>
      <p>{text}</p>
      <div className={styles.actions}>{children}</div>
    </div>
  )
}
