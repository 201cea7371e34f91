import { useMemo } from 'react'
import { useServices } from '../../app/services-context.ts'

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
    const choose = (isFolder: boolean): void => {
      const input = document.createElement('input')
      input.type = 'file'
      input.multiple = true
      input.webkitdirectory = isFolder
      input.addEventListener('change', () => {
        const files = [...(input.files ?? [])]
        if (files.length > 0) {
          imports.choose(
            files.map((file) => ({ file, path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath })),
          )
        }
      })
      input.click()
    }
    return { chooseFiles: () => choose(false), chooseFolder: () => choose(true) }
  }, [client, imports])
}
