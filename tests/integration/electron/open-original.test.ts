import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NamedCopies, requireFile, requireShown } from '../../../electron/open-original.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'

const makeFolder = useTempFolders()

function fileNamed(name: string, mode = 0o644): string {
  const path = join(realpathSync(makeFolder()), name)
  writeFileSync(path, 'tide')
  chmodSync(path, mode)
  return path
}

describe('opening an original', () => {
  it.each(['ferry.md', 'Ferry.PDF', 'a.html', 'mail.eml', 'table.csv', 'README'])('hands %s to another program', async (name) => {
    const path = fileNamed(name)
    expect(await requireShown(path)).toBe(path)
  })

  it.each(['run.sh', 'a.desktop', 'a.exe', 'a.bat', 'a.js', 'a.vbs', 'a.py', 'a.lnk', 'a.command', 'a.jar', 'a.md.exe', 'a.url'])(
    'does not hand over %s, which a system may run',
    async (name) => {
      await expect(requireShown(fileNamed(name))).rejects.toMatchObject({ code: 'not-allowed' })
    },
  )

  it('does not hand over a program without an extension', async () => {
    await expect(requireShown(fileNamed('tool', 0o755))).rejects.toMatchObject({ code: 'not-allowed' })
  })

  it('looks at what a link leads to', async () => {
    const program = fileNamed('evil.desktop')
    const link = join(makeFolder(), 'harmless.md')
    symlinkSync(program, link)
    await expect(requireShown(link)).rejects.toMatchObject({ code: 'not-allowed' })
  })

  it.each([requireShown, requireFile])('says that it is gone, or is no file', async (require) => {
    const folder = makeFolder()
    mkdirSync(join(folder, 'folder.md'))
    await expect(require(join(folder, 'gone.md'))).rejects.toMatchObject({ code: 'file-not-found' })
    await expect(require(join(folder, 'folder.md'))).rejects.toMatchObject({ code: 'file-not-found' })
  })
})

describe('an original that is kept under its hash', () => {
  it('is copied under its own name, for reading alone, and gone in the end', async () => {
    const stored = fileNamed('0a'.repeat(32))
    const folder = join(makeFolder(), 'copies')
    const copies = new NamedCopies(folder)
    const path = await copies.pathOf({ path: stored, name: 'ferry.md' })
    expect(path.endsWith(join('1', 'ferry.md'))).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe('tide')
    expect(statSync(path).mode & 0o777).toBe(0o400)
    expect(await copies.pathOf({ path: stored, name: 'ferry.md' })).not.toBe(path)
    await copies.clear()
    expect(existsSync(folder)).toBe(false)
  })

  it('is left where it is when it has its name already', async () => {
    const path = fileNamed('ferry.md')
    expect(await new NamedCopies('/nowhere').pathOf({ path, name: 'ferry.md' })).toBe(path)
  })

  it.each(['../../evil.md', '..', '/etc/hosts', 'a\0b.md', 'a<b>:"|?*.md', '.hidden.md', `${'x'.repeat(400)}.md`])(
    'stays in its folder under a name like %j',
    async (name) => {
      const folder = join(realpathSync(makeFolder()), 'copies')
      const path = await new NamedCopies(folder).pathOf({ path: fileNamed('0b'.repeat(32)), name })
      expect(path.startsWith(join(folder, '1'))).toBe(true)
      expect(path.slice(join(folder, '1').length + 1)).toMatch(/^[^/\\<>:"|?*]{1,150}$/)
    },
  )
})
