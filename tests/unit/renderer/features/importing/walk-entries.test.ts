import { describe, expect, it } from 'vitest'
import { describeLeftOut, isLeftOutFolder, reasonToLeaveOut } from '../../../../../renderer/features/importing/import-filter.ts'
import { titleOf } from '../../../../../renderer/features/importing/import-title.ts'
import { walkEntries, type Entry } from '../../../../../renderer/features/importing/walk-entries.ts'

type Sized = { readonly size: number }
const file = (name: string, size = 10): Entry<Sized> => ({ kind: 'file', name, file: () => Promise.resolve({ size }) })
const folder = (name: string, ...entries: Entry<Sized>[]): Entry<Sized> => ({
  kind: 'folder',
  name,
  entries: () => Promise.resolve(entries),
})

describe('what a drop holds', () => {
  it('is found in all folders, with its path, in the order of names', async () => {
    const { files } = await walkEntries([
      folder('notes', file('b.md'), folder('2024', file('ferry.md')), file('a.md')),
      file('x.txt'),
    ])
    expect(files.map(({ path }) => path)).toEqual(['notes/2024/ferry.md', 'notes/a.md', 'notes/b.md', 'x.txt'])
  })

  it('is left out and counted where it is hidden, made by programs or too large', async () => {
    const { files, leftOut } = await walkEntries([
      folder(
        'work',
        file('.env'),
        folder('.git', file('HEAD')),
        folder('node_modules', file('index.js')),
        file('big.txt', 2e8),
        file('a.md'),
      ),
    ])
    expect(files.map(({ path }) => path)).toEqual(['work/a.md'])
    expect(leftOut).toEqual({ hiddenFiles: 1, folders: 2, tooLarge: 1, unreadable: 0 })
  })

  it('is always taken when it was dropped itself', async () => {
    const { files } = await walkEntries([folder('.notes', file('a.md')), file('.profile')])
    expect(files.map(({ path }) => path)).toEqual(['.notes/a.md', '.profile'])
  })

  it('counts what cannot be read and goes on', async () => {
    const broken: Entry<Sized> = { kind: 'file', name: 'gone.md', file: () => Promise.reject(new Error('gone')) }
    const closed: Entry<Sized> = { kind: 'folder', name: 'closed', entries: () => Promise.reject(new Error('no')) }
    const { files, leftOut } = await walkEntries([folder('a', broken, closed, file('ok.md'))])
    expect(files).toHaveLength(1)
    expect(leftOut.unreadable).toBe(2)
  })

  it('ends where a folder holds itself', async () => {
    const endless: Entry<Sized> = { kind: 'folder', name: 'again', entries: () => Promise.resolve([endless]) }
    expect((await walkEntries([endless])).leftOut.unreadable).toBe(1)
  })

  it('stops when it is given up', async () => {
    const controller = new AbortController()
    controller.abort()
    await expect(walkEntries([file('a.md')], { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('what is left out', () => {
  it('is told in words', () => {
    expect(describeLeftOut({ hiddenFiles: 12, folders: 3, tooLarge: 1, unreadable: 0 })).toBe(
      'Left out: 12 hidden files, 3 folders of programs and 1 file over 100 MB',
    )
    expect(describeLeftOut({ hiddenFiles: 0, folders: 1, tooLarge: 0, unreadable: 0 })).toBe('Left out: 1 folder of programs')
    expect(describeLeftOut({ hiddenFiles: 0, folders: 0, tooLarge: 0, unreadable: 0 })).toBeNull()
  })

  it('is decided by path for files of a chooser, but not by the folder that was chosen', () => {
    expect(reasonToLeaveOut('.notes/a.md', 10)).toBeNull()
    expect(reasonToLeaveOut('a/node_modules/b/c.js', 10)).toBe('folders')
    expect(reasonToLeaveOut('a/.DS_Store', 10)).toBe('hiddenFiles')
    expect(reasonToLeaveOut('a/b.txt', 3e8)).toBe('tooLarge')
    expect(isLeftOutFolder('Build')).toBe(false)
  })
})

it('names an import after what was brought', () => {
  expect(titleOf(['Documents'])).toBe('Documents')
  expect(titleOf(['a.md', 'b.pdf'])).toBe('2 files')
  expect(titleOf(['a.md', 'Documents'])).toBe('2 files and folders')
})
