import { useEffect } from 'react'
import { useServices } from '../../app/services-context.ts'
import { entriesOfDrop } from './browser-entries.ts'
import { noDrag } from './import-store.ts'

/** Follows what is dragged over the window and hands a drop to the import. */
export function useWindowDrop(): void {
  const { imports } = useServices()
  useEffect(() => {
    // Each element fires its own enter and leave: the difference tells whether the window was left.
    let depth = 0
    const isFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false
    const onEnter = (event: DragEvent): void => {
      if (!isFiles(event)) return
      event.preventDefault()
      depth++
      const files = [...(event.dataTransfer?.items ?? [])].filter(({ kind }) => kind === 'file').length
      imports.setDrag({ isOver: true, count: files === 0 ? null : files })
    }
    const onOver = (event: DragEvent): void => {
      if (!isFiles(event) || event.dataTransfer === null) return
      event.preventDefault()
      event.dataTransfer.dropEffect = 'copy'
    }
    const onLeave = (event: DragEvent): void => {
      if (!isFiles(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) imports.setDrag(noDrag)
    }
    const onDrop = (event: DragEvent): void => {
      if (!isFiles(event) || event.dataTransfer === null) return
      event.preventDefault()
      depth = 0
      imports.setDrag(noDrag)
      imports.drop(entriesOfDrop(event.dataTransfer), [...event.dataTransfer.files])
    }
    addEventListener('dragenter', onEnter)
    addEventListener('dragover', onOver)
    addEventListener('dragleave', onLeave)
    addEventListener('drop', onDrop)
    return () => {
      removeEventListener('dragenter', onEnter)
      removeEventListener('dragover', onOver)
      removeEventListener('dragleave', onLeave)
      removeEventListener('drop', onDrop)
    }
  }, [imports])
}
