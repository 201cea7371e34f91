import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { jsonOf, runAkin, type Ended } from '../../harness/terminal.ts'
import { useTerminals, type Terminal } from './use-terminal.ts'

const terminal = useTerminals()

const garden = {
  'fennel.md':
    '---\ntags: [garden]\nauthor: Ida Brandt\n---\n\n# Fennel\n\nFennel is sown in May, after the last frost. Water it well.',
  'dill.md': '# Dill\n\nDill is sown in May as well, after the last frost, and likes the sun.',
  'ferry.md': '# Ferry\n\nThe ferry crosses the bay twice a day, unless the wind has turned.',
}

describe('a library that is made and read in the terminal', () => {
  let at: Terminal
  let imported: Ended
  const ids = new Map<string, number>()
  const id = (title: string): string => String(ids.get(title))

  beforeAll(async () => {
    at = terminal()
    at.write(garden)
    imported = await at.akin('import', 'files', '--json')
    const { rows } = jsonOf(await at.akin('list', '--json')) as { rows: { id: number; title: string }[] }
    for (const row of rows) ids.set(row.title, row.id)
  })

  it('tells what an import did, and that a second one found nothing new', async () => {
    expect(imported).toMatchObject({ code: 0, stderr: '' })
    expect(jsonOf(imported)).toMatchObject({
      job: { state: 'done', completed: 3, total: 3, counts: { added: 3, failed: 0, skipped: 0 } },
      items: [],
      status: { documents: 3, indexed: 3, pending: 0, failed: 0 },
      seconds: expect.any(Number) as number,
    })
    expect([...ids.keys()].toSorted()).toEqual(['Dill', 'Fennel', 'Ferry'])
    const again = await at.akin('import', 'files')
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(again.stdout).toMatch(/^Imported 3 in \d+ s: 0 added, 0 updated, 3 unchanged, 0 skipped, 0 failed\n$/)
  })

  it('is searched as JSON of the documented shape, by words and by meaning, in the first search of a new process', async () => {
    const found = await at.akin('search', 'planting', 'vegetables', '--json')
    expect(found).toMatchObject({ code: 0, stderr: '' })
    const reply = jsonOf(found) as { hits: { title: string; passage: { text: string; start: number; end: number } }[] }
    expect(reply).toMatchObject({ meaning: 'searched', searched: 3, total: expect.any(Number) as number, problems: [] })
    expect(reply.hits[0]).toMatchObject({
      documentId: ids.get(reply.hits[0]!.title),
      kind: 'note',
      source: { type: 'path', location: join(at.files, `${reply.hits[0]!.title.toLowerCase()}.md`), label: 'files' },
      score: expect.any(Number) as number,
      confidence: expect.stringMatching(/^(strong|likely|weak)$/) as string,
      passage: { text: expect.stringContaining('sown') as string, start: expect.any(Number) as number },
      why: {
        words: { matched: [], missing: expect.any(Array) as string[] },
        meaning: { rank: 1, topShare: expect.any(Number) as number },
      },
    })
    const [hit] = reply.hits
    const document = jsonOf(await at.akin('show', id(hit!.title), '--json')) as { text: string }
    expect(document.text.slice(hit!.passage.start, hit!.passage.end)).toBe(hit!.passage.text)
  })

  it('is searched for people: title, place, passage and why, one thing a line', async () => {
    const found = await at.akin('search', 'ferry', '--limit', '1')
    expect(found).toMatchObject({ code: 0, stderr: '' })
    const lines = found.stdout.split('\n')
    expect(lines[0]).toBe(`${id('Ferry')}  Ferry  (files)`)
    expect(lines[1]).toContain('The ferry crosses the bay')
    expect(lines[2]).toMatch(/1 of 1 words · meaning: (top \d+ % of your library|no nearer than chance)/)
    expect(found.stdout).toContain('1 of ')
  })

  it('takes a query with phrases, filters and excluded words as a person types it', async () => {
    const titles = async (...words: string[]): Promise<string[]> => {
      const ended = await at.akin('search', ...words, '--mode', 'keyword', '--json')
      expect(ended).toMatchObject({ code: 0, stderr: '' })
      return (jsonOf(ended) as { hits: { title: string }[] }).hits.map(({ title }) => title).toSorted()
    }
    expect(await titles('frost')).toEqual(['Dill', 'Fennel'])
    expect(await titles('"likes the sun"')).toEqual(['Dill'])
    expect(await titles('frost', 'tag:garden')).toEqual(['Fennel'])
    expect(await titles('frost', '-sun')).toEqual(['Fennel'])
    const typo = await at.akin('search', 'frost', '--limt', '3')
    expect(typo).toMatchObject({ code: 2, stdout: '' })
    expect(typo.stderr).toContain("unknown option '--limt'")
  })

  it('says so when nothing is found, and that is no failure', async () => {
    const found = await at.akin('search', 'zeppelin', '--mode', 'keyword')
    expect(found).toMatchObject({ code: 0, stderr: '' })
    expect(found.stdout).toContain('Nothing in your library is about this; looked through 3 items')
  })

  it('shows kin of an item, of a passage and of a text', async () => {
    const kin = await at.akin('similar', id('Fennel'), '--json')
    expect(jsonOf(kin)).toMatchObject({
      state: 'ready',
      hits: [{ documentId: ids.get('Dill'), title: 'Dill', passage: { text: expect.any(String) as string } }, {}],
    })
    const text = await at.akin('similar', '--text', 'boats and harbours', '--limit', '1')
    expect(text).toMatchObject({ code: 0, stderr: '' })
    expect(text.stdout.split('\n')[0]).toBe(`${id('Ferry')}  Ferry  (files)`)
    expect((await at.akin('similar', id('Fennel'), '--passage', '0:20', '--json')).code).toBe(0)
    const wrong = await at.akin('similar', id('Fennel'), '--passage', '20:0')
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toBe('akin: “20:0” is not a passage. Write --passage start:end, as akin search --json gives them\n')
    expect((await at.akin('similar')).stderr).toBe(
      'akin: Name an item or give a text. akin similar 12, or akin similar --text "…"\n',
    )
  })

  it('is listed by filters, in the order that was asked for', async () => {
    const listed = await at.akin('list', '--sort', 'title', '--ascending')
    expect(listed).toMatchObject({ code: 0, stderr: '' })
    const rows = listed.stdout.trimEnd().split('\n')
    expect(rows.map((row) => /Dill|Fennel|Ferry/.exec(row)?.[0])).toEqual(['Dill', 'Fennel', 'Ferry', undefined])
    expect(rows.at(-1)).toBe('3 of 3')
    expect((await at.akin('list', 'tag:garden')).stdout).toContain('1 of 1')
    expect(jsonOf(await at.akin('list', 'author:"Ida Brandt"', '--json'))).toMatchObject({
      total: 1,
      rows: [{ title: 'Fennel' }],
    })
    expect((await at.akin('list', 'tag:nothing')).stdout).toBe('No items\n')
  })

  it('shows an item with all that is known of it', async () => {
    const shown = await at.akin('show', id('Fennel'))
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toMatch(/^Fennel\n/)
    for (const part of [
      'kind      note',
      'author    Ida Brandt',
      'tags      #garden',
      `source    ${join(at.files, 'fennel.md')}`,
    ])
      expect(shown.stdout).toContain(part)
    expect(shown.stdout).toContain('Fennel is sown in May')
    expect(jsonOf(await at.akin('show', `#${id('Fennel')}`, '--json'))).toMatchObject({ title: 'Fennel', status: 'indexed' })
  })

  it('changes tags, star and read mark of several items at once', async () => {
    const changed = await at.akin('tag', id('Dill'), id('Ferry'), '--add', 'summer', '--add', 'trip', '--star', '--read')
    expect(changed).toMatchObject({ code: 0, stdout: '2 changed\n', stderr: '' })
    const dill = jsonOf(await at.akin('show', id('Dill'), '--json')) as { tags: string[]; readAt: string | null }
    expect(dill.tags.toSorted()).toEqual(['summer', 'trip'])
    expect(dill.readAt).not.toBeNull()
    expect(jsonOf(await at.akin('list', 'is:starred', '--json'))).toMatchObject({ total: 2 })
    await at.akin('tag', id('Dill'), '--remove', 'trip', '--no-star', '--no-read')
    expect(jsonOf(await at.akin('show', id('Dill'), '--json'))).toMatchObject({
      tags: ['summer'],
      isStarred: false,
      readAt: null,
    })
    const nothing = await at.akin('tag', id('Dill'))
    expect(nothing).toMatchObject({ code: 2, stdout: '' })
    expect(nothing.stderr).toContain('Say what to change')
  })

  it('moves items to the trash and back, and removes them for good only there', async () => {
    const removed = await at.akin('remove', id('Ferry'))
    expect(removed).toMatchObject({ code: 0, stdout: '1 moved to the trash. akin restore brings them back\n' })
    expect(jsonOf(await at.akin('search', 'ferry', '--mode', 'keyword', '--json'))).toMatchObject({ total: 0 })
    expect((await at.akin('list', '--trash')).stdout).toContain('Ferry')
    expect(await at.akin('restore', id('Ferry'))).toMatchObject({ code: 0, stdout: '1 brought back\n' })
    expect(jsonOf(await at.akin('search', 'ferry', '--mode', 'keyword', '--json'))).toMatchObject({ total: 1 })
    expect((await at.akin('list', '--trash')).stdout).toBe('The trash is empty\n')
    at.write({ 'gone.md': '# Gone\n\nA note of no worth' })
    await at.akin('import', join('files', 'gone.md'), '--no-embed')
    const { rows } = jsonOf(await at.akin('list', 'gone', '--json')) as { rows: { id: number }[] }
    const purged = await at.akin('remove', String(rows[0]!.id), '--purge')
    expect(purged).toMatchObject({ code: 0, stdout: '1 removed for good. The original files were not touched\n' })
    expect((await at.akin('show', String(rows[0]!.id))).code).toBe(2)
  })

  it.each(['show', 'tag --add x', 'remove', 'remove --purge', 'restore', 'similar'])(
    'knows no item of a number that is not there: %s',
    async (command) => {
      const [name, ...options] = command.split(' ')
      const ended = await at.akin(name!, '9999', ...options)
      expect(ended).toMatchObject({ code: 2, stdout: '' })
      expect(ended.stderr).toMatch(/^akin: .*(9,?999|not in the library)/)
    },
  )

  it('tells its state, its jobs and how each of them went', async () => {
    const status = await at.akin('status')
    expect(status).toMatchObject({ code: 0, stderr: '' })
    expect(status.stdout).toContain(`Library ${at.library}\n`)
    expect(status.stdout).toContain('3 items: 3 searchable, 0 waiting, 0 failed, 0 skipped')
    expect(status.stdout).toContain('Vector index ready, keyword index ready')
    expect(status.stdout).toContain('Nothing has left this computer')
    expect(jsonOf(await at.akin('status', '--json'))).toMatchObject({ documents: 3, folder: at.library, isShared: false })
    const jobs = jsonOf(await at.akin('jobs', '--json')) as { jobs: { id: number; kind: string; state: string }[] }
    expect(jobs.jobs.every(({ state }) => state === 'done')).toBe(true)
    const shown = await at.akin('jobs', 'show', String(jobs.jobs.findLast(({ kind }) => kind === 'import')!.id))
    expect(shown.stdout).toMatch(/done {2}Import of files {2}3 of 3/)
    expect((await at.akin('jobs', 'show', 'x')).stderr).toBe(
      'akin: “x” is not the number of a job. akin jobs shows the numbers\n',
    )
    expect((await at.akin('jobs', 'show', '999')).stderr).toBe('akin: There is no such job\n')
    expect((await at.akin('jobs', 'dance')).stderr).toContain('akin jobs does not know “dance”')
  })

  it('is found as before after both indexes were built anew', async () => {
    const rebuilt = await at.akin('rebuild')
    expect(rebuilt).toMatchObject({ code: 0, stderr: '' })
    expect(rebuilt.stdout).toMatch(/^Rebuilt from \d+ entries\n$/)
    expect(jsonOf(await at.akin('search', 'frost', '--json'))).toMatchObject({ meaning: 'searched', hits: [{}, {}, {}] })
    expect((await at.akin('rebuild', 'everything')).code).toBe(2)
  })
})

describe('the command line', () => {
  it('takes --library and --json before and behind the command', async () => {
    const at = terminal()
    const before = await runAkin(['--library', at.library, '--json', 'status'])
    const behind = await runAkin(['status', '--json', '--library', at.library])
    for (const ended of [before, behind]) expect(jsonOf(ended)).toMatchObject({ folder: at.library, documents: 0 })
  })

  it('explains itself, and all exit codes', async () => {
    const help = await runAkin(['--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const name of [
      'import',
      'search',
      'similar',
      'list',
      'show',
      'tag',
      'remove',
      'restore',
      'status',
      'jobs',
      'rebuild',
      'models',
      'spaces',
      'keys',
      'tokens',
      'similarity',
      'serve',
    ])
      expect(help.stdout).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
    expect(help.stdout).toContain('0 done, 1 failed, 2 wrong usage or not found, 3 done but some items failed, 130 interrupted')
  })

  it.each([
    [['dance'], "unknown command 'dance'"],
    [['search'], "missing required argument 'words'"],
    [['show', 'x'], '“x” is not the number of an item'],
    [['search', 'a', '--mode', 'fast'], 'Allowed choices are hybrid, vector, keyword'],
    [['search', 'a', '--limit', '0'], 'It must be a whole number from 1 to 100'],
    [['search', 'a', '--limit', '101'], 'It must be a whole number from 1 to 100'],
    [['list', '--limit', '501'], 'It must be a whole number from 1 to 500'],
    [['list', '--wat'], "unknown option '--wat'"],
  ] as const)('refuses %j with code 2, the reason on standard error and nothing on standard output', async (args, message) => {
    const at = terminal()
    const ended = await at.akin(...args)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain(message)
  })

  it('says what to do with an empty library', async () => {
    const at = terminal()
    expect((await at.akin('search', 'ferry')).stdout).toBe('There is nothing to search yet. Run akin import <folder>\n')
    expect((await at.akin('list')).stdout).toBe('No items\n')
    expect((await at.akin('jobs')).stdout).toBe('No jobs\n')
  })
})
