import type { Entry } from './walk-entries.ts'

/** What a drop carries, taken at once: its data is gone when the event is over. */
export function entriesOfDrop(data: DataTransfer): Entry<File>[] {
  return [...data.items].flatMap((item): Entry<File>[] => {
    if (item.kind !== 'file') return []
    const entry = item.webkitGetAsEntry()
    if (entry !== null) return [asEntry(entry)]
    const file = item.getAsFile()
    return file === null ? [] : [{ kind: 'file', name: file.name, file: () => Promise.resolve(file) }]
  })
}

function asEntry(entry: FileSystemEntry): Entry<File> {
  if (entry.isDirectory) {
    const reader = (entry as FileSystemDirectoryEntry).createReader()
    return { kind: 'folder', name: entry.name, entries: async () => (await readAll(reader)).map(asEntry) }
  }
  const fileEntry = entry as FileSystemFileEntry
  return { kind: 'file', name: entry.name, file: () => new Promise((resolve, reject) => fileEntry.file(resolve, reject)) }
}

/** A reader hands out a folder in parts of about a hundred, and an empty one at the end. */
async function readAll(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = []
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (part.length === 0) return all
    all.push(...part)
  }
}
