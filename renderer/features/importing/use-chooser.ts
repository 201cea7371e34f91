import { useMemo } from 'react'
import { useServices } from '../../app/services-context.ts'
import { openFileChooser } from './open-file-chooser.ts'

interface Chooser {
  readonly chooseFiles: () => void
  readonly chooseFolder: () => void
}

/** Opens the host's own chooser where it has one, the browser's else. */
export function useChooser(): Chooser {
  const { client, imports } = useServices()
  return useMemo(() => {
    if (client.host.importBy === 'grant') {
      return { chooseFiles: () => imports.pick('files'), chooseFolder: () => imports.pick('folder') }
    }
    const choose = (isFolder: boolean): void => openFileChooser({ isFolder, isMultiple: true }, imports.choose)
    return { chooseFiles: () => choose(false), chooseFolder: () => choose(true) }
  }, [client, imports])
}
