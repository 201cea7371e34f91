import { Bookmark, BookmarkPlus, X } from 'lucide-react'
import { useState } from 'react'
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog'
import { Link } from 'react-router'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Popover } from '../../ui/popover.tsx'
import { TextField } from '../../ui/text-field.tsx'
import styles from './saved-searches.module.css'
import { isEmptySearch, writeSearchParams, type SearchParams } from './search-params.ts'

interface SavedSearchesProps {
  readonly params: SearchParams
  readonly isOpen: boolean
  readonly onOpenChange: (isOpen: boolean) => void
}

/** Keeps the present search under a name, and leads to those that are kept. */
export function SavedSearches({ params, isOpen, onOpenChange }: SavedSearchesProps): React.JSX.Element {
  const { savedSearches } = useServices()
  const searches = useStore(savedSearches.store, (state) => state.searches)
  const isKept = searches.some(({ query, mode }) => query === params.q && mode === params.mode)
  const canSave = !isEmptySearch(params) && params.q.trim() !== '' && !isKept
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={onOpenChange}>
      <IconButton icon={isKept ? Bookmark : BookmarkPlus} label="Saved searches" keys="Mod+D" isFilled={isKept} isOn={isKept} />
      <Popover holdsDialog placement="bottom end" className={styles.popover}>
        <Dialog aria-label="Saved searches" className={styles.dialog}>
          {({ close }) => (
            <>
              {canSave && <SaveForm params={params} onSaved={close} />}
              <SavedList onChosen={close} />
            </>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

function SaveForm({ params, onSaved }: { readonly params: SearchParams; readonly onSaved: () => void }): React.JSX.Element {
  const { savedSearches } = useServices()
  const [name, setName] = useState(params.q.slice(0, 80))
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() === '') return
        savedSearches.save({ name: name.trim(), query: params.q, mode: params.mode })
        onSaved()
      }}
    >
      <TextField label="Name of the search" value={name} onChange={setName} autoFocus className={styles.name} />
      <Button look="primary" type="submit" isDisabled={name.trim() === ''}>
        Save
      </Button>
    </form>
  )
}

/** The searches that are kept, as links. */
export function SavedList({ onChosen }: { readonly onChosen?: () => void }): React.JSX.Element {
  const { savedSearches, settings } = useServices()
  const searches = useStore(savedSearches.store, (state) => state.searches)
  const defaultMode = useStore(settings.store, (state) => state.settings.searchMode)
  if (searches.length === 0) return <p className={styles.none}>No search is kept yet. Search for something, then keep it here.</p>
  return (
    <ul className={styles.list}>
      {searches.map((saved) => (
        <li key={saved.id} className={styles.item}>
          <Link
            to={writeSearchParams(
              { q: saved.query, mode: saved.mode, sort: 'best', more: [], less: [], space: null },
              defaultMode,
            )}
            className={styles.link}
            onClick={onChosen}
          >
            <b>{saved.name}</b>
            {saved.name !== saved.query && <span>{saved.query}</span>}
          </Link>
          <IconButton icon={X} size="small" label={`Remove ${saved.name}`} onPress={() => savedSearches.remove(saved)} />
        </li>
      ))}
    </ul>
  )
}
