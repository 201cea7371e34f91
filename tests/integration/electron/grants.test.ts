import { mkdirSync, realpathSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Grants } from '../../../electron/grants.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'

const makeFolder = useTempFolders()

function folderWithFiles() {
  const folder = realpathSync(makeFolder())
  mkdirSync(join(folder, 'notes'))
  writeFileSync(join(folder, 'notes', 'ferry.md'), '# Ferry')
  symlinkSync(join(folder, 'notes', 'ferry.md'), join(folder, 'link.md'))
  return { folder, file: join(folder, 'notes', 'ferry.md'), link: join(folder, 'link.md') }
}

const refusal = expect.objectContaining({ code: 'not-allowed' })

describe('a grant', () => {
  it('stands for a file or folder, and tells its name and nothing more', async () => {
    const { folder, file } = folderWithFiles()
    const grants = new Grants()
    const [first, second] = await grants.give(1, [file, join(folder, 'notes')])
    expect([first!.name, second!.name]).toEqual(['ferry.md', 'notes'])
    expect(JSON.stringify([first, second])).not.toContain(folder)
    expect(grants.pathOf(1, first!.grant)).toBe(file)
    expect(grants.pathOf(1, second!.grant)).toBe(join(folder, 'notes'))
  })

  it('is another one each time, and cannot be guessed from the last', async () => {
    const { file } = folderWithFiles()
    const given = await new Grants().give(1, [file, file, file])
    expect(new Set(given.map(({ grant }) => grant)).size).toBe(3)
    for (const { grant } of given) expect(grant).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('stands for what a link led to when it was given', async () => {
    const { folder, file, link } = folderWithFiles()
    const grants = new Grants()
    const [given] = await grants.give(1, [link])
    renameSync(link, join(folder, 'old.md'))
    symlinkSync('/etc/hosts', link)
    expect(grants.pathOf(1, given!.grant)).toBe(file)
    expect(given!.name).toBe('link.md')
  })

  it('is worth nothing in another window, or once the window’s page began anew', async () => {
    const { file } = folderWithFiles()
    const grants = new Grants()
    const [given] = await grants.give(1, [file])
    expect(() => grants.pathOf(2, given!.grant)).toThrow(refusal)
    grants.forget(1)
    expect(() => grants.pathOf(1, given!.grant)).toThrow(refusal)
  })

  it.each(['', 'made-up', '00000000-0000-4000-8000-000000000000', '__proto__', 'toString'])(
    'cannot be made up: %s is none',
    async (grant) => {
      const { file } = folderWithFiles()
      const grants = new Grants()
      await grants.give(1, [file])
      expect(() => grants.pathOf(1, grant)).toThrow(refusal)
    },
  )

  it('is not given for relative paths, nor for what is not there', async () => {
    const { folder, file } = folderWithFiles()
    const given = await new Grants().give(1, ['ferry.md', './x', '', join(folder, 'gone.md'), `${file}/below`, '\0', file])
    expect(given.map(({ name }) => name)).toEqual(['ferry.md'])
  })

  it('makes room for newer ones when a window holds too many', async () => {
    const { file } = folderWithFiles()
    const grants = new Grants()
    const [first] = await grants.give(1, [file])
    const [, last] = await grants.give(1, [file, file])
    for (let round = 0; round < 10; round++)
      await grants.give(
        1,
        Array.from({ length: 5_000 }, () => file),
      )
    expect(() => grants.pathOf(1, first!.grant)).toThrow(refusal)
    expect(() => grants.pathOf(1, last!.grant)).toThrow(refusal)
    const [newest] = await grants.give(1, [file])
    expect(grants.pathOf(1, newest!.grant)).toBe(file)
  })
})
