import { execFile } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { akinEntry, jsonOf } from '../../harness/terminal.ts'
import { useTerminals, type Terminal } from './use-terminal.ts'

const terminal = useTerminals()

/** Clears the screen, sets the window's title, turns the order of letters round. */
const evil = '\u001B[2J\u001B]0;owned\u0007\u009B31m\u202Etxt'
/** Everything that a terminal acts on; the end of a line is the only one that may come. */
const acted = /(?!\n)[\p{Cc}\u202A-\u202E\u2066-\u2069]/u

describe('names that would act on the terminal', () => {
  let at: Terminal
  beforeAll(async () => {
    at = terminal()
    at.write({
      [`evil ${evil}/note\nsecond line.md`]: `---\ntags: ["${String.raw`a\x1b[31m`}"]\n---\n\n# The ferry ${evil}\n\nIt crosses the bay ${evil} twice a day`,
      [`broken ${evil}\nsecond line.pdf`]: '%PDF-1.7\nbroken',
    })
  })

  it('are escaped in everything that people read, and one entry stays one line', async () => {
    const imported = await at.akin('import', 'files')
    expect(imported).toMatchObject({ code: 3, stderr: '' })
    expect(imported.stdout).not.toMatch(acted)
    expect(imported.stdout.trimEnd().split('\n')).toHaveLength(2)
    expect(imported.stdout).toContain(
      String.raw`broken \x1b[2J\x1b]0;owned\x07\x9b31m\u202etxt\nsecond line.pdf: The PDF is damaged. `,
    )
    const listed = await at.akin('list')
    expect(listed.stdout).not.toMatch(acted)
    expect(listed.stdout.trimEnd().split('\n')).toHaveLength(3)
    for (const args of [['search', 'ferry'], ['show', '1'], ['show', '2'], ['jobs'], ['jobs', 'show', '1'], ['status']]) {
      const ended = await at.akin(...args)
      expect([args, ended.code]).toEqual([args, 0])
      expect(ended.stdout).not.toMatch(acted)
      expect(ended.stderr).toBe('')
    }
  })

  it('are whole in JSON, where they can be used', async () => {
    const { rows } = jsonOf(await at.akin('list', '--json')) as { rows: { source: { location: string } }[] }
    expect(rows.map(({ source }) => source.location).toSorted()).toEqual(
      [join(at.files, `broken ${evil}\nsecond line.pdf`), join(at.files, `evil ${evil}`, 'note\nsecond line.md')].toSorted(),
    )
  })

  it('are escaped in errors as well', async () => {
    const missing = await at.akin('import', `not ${evil} there`)
    expect(missing).toMatchObject({ code: 2, stdout: '' })
    expect(missing.stderr).toContain(String.raw`not \x1b[2J`)
    const query = await at.akin('search', `ferry ${evil} foo:bar`)
    const option = await at.akin('search', `--${evil}`)
    for (const { stderr } of [missing, query, option]) expect(stderr).not.toMatch(acted)
  })
})

describe('what is written where nobody watches', () => {
  it('has no colour, no bar and nothing that moves the cursor, for people and as JSON', async () => {
    const at = terminal()
    at.write(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`note-${i}.md`, `# Note ${i}\n\nThe ferry number ${i}`])))
    const forPeople = await at.akin('import', 'files')
    expect(forPeople).toMatchObject({ code: 0, stderr: '' })
    expect(forPeople.stdout).not.toMatch(acted)
    expect(forPeople.stdout).not.toMatch(/[█░]/u)
    const asJson = await at.akin('import', 'files', '--json')
    expect(asJson).toMatchObject({ code: 0, stderr: '' })
    jsonOf(asJson)
  })

  it.skipIf(!existsSync('/usr/bin/script'))('has a bar where somebody watches, and takes it away', async () => {
    const at = terminal()
    at.write(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`note-${i}.md`, `# Note ${i}\n\nThe ferry number ${i}`])))
    const command = `'${process.execPath}' '${akinEntry}' import files --library '${at.library}'`
    const { stdout } = await promisify(execFile)('/usr/bin/script', ['-qec', command, '/dev/null'], { cwd: at.root })
    expect(stdout).toMatch(/[█░]{24} Import of files: \d+/u)
    const lastLine = stdout.trimEnd().split('\n').at(-1)!
    expect(lastLine.slice(lastLine.lastIndexOf('\u001B[K') + 1)).not.toMatch(/[█░]/u)
    expect(stdout).toMatch(/Imported 60 in/)
  })
})

describe('what is read by nobody any more', () => {
  let at: Terminal
  const count = 150
  beforeAll(async () => {
    at = terminal()
    const long = 'so many words '.repeat(300)
    at.write(Object.fromEntries(Array.from({ length: count }, (_, i) => [`note-${i}.md`, `# Note ${i}\n\n${long}`])))
    await at.akin('import', 'files', '--no-embed')
  })

  it.each([
    ['head -1', 'list --limit 500', /\n$/],
    ['head -1', 'show 1', /\n$/],
    ['true', 'list --limit 500 --json', /^$/],
    ['head -c 10', 'list --limit 500 --json', /^\{"total":/],
  ])('ends quietly: akin … | %s', async (reader, args, expected) => {
    const command = `'${process.execPath}' '${akinEntry}' ${args} --library '${at.library}' | ${reader}; exit \${PIPESTATUS[0]}`
    const ended = await promisify(execFile)('/bin/bash', ['-c', command])
    expect(ended.stderr).toBe('')
    expect(ended.stdout).toMatch(expected)
  })

  it('goes on with an import whose output nobody reads', async () => {
    const other = terminal()
    other.write({ 'a.md': '# Ferry\n\nThe ferry crosses the bay', 'b.pdf': '%PDF-1.7\nbroken' })
    const running = other.start(['import', 'files'])
    running.child.stdout!.destroy()
    running.child.stderr!.destroy()
    expect((await running.ended).code).toBe(3)
    expect(jsonOf(await other.akin('status', '--json'))).toMatchObject({ indexed: 1, failed: 1, pending: 0 })
  })

  it.skipIf(!existsSync('/dev/full'))('is a failure when it should have been kept and the disk is full', async () => {
    const full = openSync('/dev/full', 'w')
    const ended = await at.start(['list', '--json'], { stdout: full }).ended
    closeSync(full)
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/^akin: What was found could not be written: .*ENOSPC/)
  })
})
