import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { Grants } from '../../../electron/grants.ts'
import { hostHandlers } from '../../../electron/host-requests.ts'
import { NamedCopies } from '../../../electron/open-original.ts'
import { AkinError, toWireError } from '../../../shared/errors.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'

const makeFolder = useTempFolders()
let folder: string
let opened: string[]
let shown: string[]
let failure = ''

/** What the engine says of the original of document 1. */
let original: { path: string; name: string } | AkinError

beforeEach(() => {
  folder = realpathSync(makeFolder())
  opened = []
  shown = []
  failure = ''
})

function handlers() {
  return hostHandlers(
    {
      ask: async () =>
        original instanceof AkinError ? { ok: false, error: toWireError(original) } : { ok: true, value: original },
      grants: new Grants(),
      copies: new NamedCopies(join(folder, 'copies')),
      shell: {
        openExternal: async () => undefined,
        openPath: async (path) => {
          opened.push(path)
          return failure
        },
        showItemInFolder: (path) => void shown.push(path),
      },
      choose: async () => [],
    },
    1,
  )
}

function write(name: string): string {
  const path = join(folder, name)
  writeFileSync(path, 'The tide came in')
  return path
}

describe('opening and showing an original', () => {
  it('uses the file where it lies', async () => {
    original = { path: write('ferry.md'), name: 'ferry.md' }
    await handlers()['host.open']({ documentId: 1 }, {})
    await handlers()['host.reveal']({ documentId: 1 }, {})
    expect({ opened, shown }).toEqual({ opened: [original.path], shown: [original.path] })
  })

  it('gives an upload its name back', async () => {
    mkdirSync(join(folder, 'originals'))
    original = { path: write(join('originals', 'ab'.repeat(32))), name: 'ferry.md' }
    await handlers()['host.open']({ documentId: 1 }, {})
    expect(opened[0]).toBe(join(folder, 'copies', '1', 'ferry.md'))
    expect(readFileSync(opened[0]!, 'utf8')).toBe('The tide came in')
  })

  it('shows a program in its folder, and does not open it', async () => {
    original = { path: write('install.sh'), name: 'install.sh' }
    await expect(handlers()['host.open']({ documentId: 1 }, {})).rejects.toMatchObject({ code: 'not-allowed' })
    await handlers()['host.reveal']({ documentId: 1 }, {})
    expect({ opened, shown }).toEqual({ opened: [], shown: [original.path] })
  })

  it('does not open an upload that is a program by its name', async () => {
    original = { path: write('cd'.repeat(32)), name: 'notes.desktop' }
    await expect(handlers()['host.open']({ documentId: 1 }, {})).rejects.toMatchObject({ code: 'not-allowed' })
    expect(opened).toEqual([])
  })

  it('says what the engine says when there is none', async () => {
    original = new AkinError('file-not-found', 'There is no original of this item')
    await expect(handlers()['host.open']({ documentId: 1 }, {})).rejects.toMatchObject({ code: 'file-not-found' })
    original = { path: join(folder, 'gone.md'), name: 'gone.md' }
    await expect(handlers()['host.reveal']({ documentId: 1 }, {})).rejects.toMatchObject({ code: 'file-not-found' })
  })

  it('says so when the system opens nothing', async () => {
    original = { path: write('ferry.md'), name: 'ferry.md' }
    failure = 'No application is registered'
    await expect(handlers()['host.open']({ documentId: 1 }, {})).rejects.toMatchObject({
      code: 'unavailable',
      details: { reason: failure },
    })
  })
})
