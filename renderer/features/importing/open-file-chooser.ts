import type { FoundFile } from './walk-entries.ts'

interface ChooserKind {
  readonly isFolder?: boolean
  /** Several at once. */
  readonly isMultiple?: boolean
  /** Endings that are offered: `.zip`. */
  readonly accept?: string
}

/** Opens the browser's own chooser; nothing happens when it is closed without a choice. */
export function openFileChooser(kind: ChooserKind, onChosen: (files: readonly FoundFile<File>[]) => void): void {
  const { isFolder = false, isMultiple = false, accept = '' } = kind
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = isMultiple
  input.accept = accept
  input.webkitdirectory = isFolder
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])]
    if (files.length === 0) return
    onChosen(files.map((file) => ({ file, path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath })))
  })
  input.click()
}
