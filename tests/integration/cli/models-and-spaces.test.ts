import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestEngine, until } from '../../harness/engine.ts'
import { useOpenAiServers } from '../../harness/openai-server.ts'
import { akinEntry, jsonOf, type Ended } from '../../harness/terminal.ts'
import { hasShared, sharedFolder } from '../importing/paths.ts'
import { useTerminals, type Terminal } from './use-terminal.ts'

const terminal = useTerminals()
const miniLm = join(sharedFolder(), '..', 'models', 'all-MiniLM-L6-v2-int8')
const key = 'sk-never-seen-anywhere-1234567890'

const notes = {
  'ferry.md': '# Ferry\n\nThe ferry crosses the bay twice a day, unless the wind has turned.',
  'fennel.md': '# Fennel\n\nFennel is sown in May, after the last frost. Water it well.',
  'rent.md': '# Rent\n\nA standing order moves the rent on the first of the month.',
}

function everythingIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

describe('akin tokens', () => {
  it('prints GPT-2’s true ids though the model is not installed', async () => {
    const at = terminal()
    const ended = await at.akin('tokens', 'Tell me how to bake a cake', '--model', 'gpt2')
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout.split('\n')[0]).toBe('[24446, 502, 703, 284, 28450, 257, 12187]')
    expect(ended.stdout).toContain('28450  ·bake  Ġbake  14–19')
    expect(jsonOf(await at.akin('tokens', 'I love ice cream', '--model', 'gpt2', '--json'))).toMatchObject({
      model: 'gpt2',
      ids: [40, 1842, 4771, 8566],
      isCut: false,
      maxTokens: 1024,
    })
  })

  it('takes the model of the space that searches use when none is named, and escapes what would act on the terminal', async () => {
    const at = terminal()
    const ended = await at.akin('tokens', 'ferry', '--json')
    expect(jsonOf(ended)).toMatchObject({ model: 'bge-small-en-v1.5', tokens: [{ text: '[CLS]', isSpecial: true }, {}, {}] })
    const evil = await at.akin('tokens', '\u001B[2Jowned', '--model', 'gpt2')
    // oxlint-disable-next-line no-control-regex -- these are what must not come
    expect(evil.stdout).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/)
    expect((await at.akin('tokens', '', '--model', 'gpt2')).stdout).toContain('[]\n0 tokens')
    expect(await at.akin('tokens', 'x', '--model', 'nosuch')).toMatchObject({ code: 1, stdout: '' })
  })
})

describe.runIf(hasShared(miniLm))('models and spaces in the terminal', () => {
  let at: Terminal
  let imported: Ended
  beforeAll(async () => {
    at = terminal()
    at.write(notes)
    await at.akin('import', 'files')
    imported = await at.akin('models', 'import', miniLm, '--name', 'MiniLM')
  })

  it('import a model from a folder, and list it beside what the catalogue offers', async () => {
    expect(imported).toMatchObject({ code: 0, stderr: '' })
    expect(imported.stdout).toMatch(/^minilm-q8 +installed +2\d\.\d MB +384 numbers +256 tokens\n/)
    const { models, hub } = jsonOf(await at.akin('models', 'list', '--json')) as { models: { id: string }[]; hub: string }
    expect(models.map(({ id }) => id)).toEqual(expect.arrayContaining(['bge-small-en-v1.5', 'minilm-q8', 'gpt2']))
    const listed = await at.akin('models')
    expect(listed.stdout).toContain(`To be had from ${hub} with akin models add:\n`)
    expect(listed.stdout).toMatch(/^gpt2-q8 +8 bit +about \d+\.\d MB +768 numbers/m)
    expect(await at.akin('models', 'import', miniLm, '--name', 'MiniLM')).toMatchObject({ code: 2 })
    expect((await at.akin('models', 'import', at.files)).code).not.toBe(0)
  })

  it('make a space, fill it, search it, compare it, use it and remove the other', async () => {
    const added = await at.akin('spaces', 'add', 'MiniLM', '--json')
    expect(added.code).toBe(0)
    const space = jsonOf(added) as { id: number }
    expect(space).toMatchObject({ state: 'ready', vectors: 3, pending: 0, isDefault: false })
    const found = await at.akin('search', 'boats', '--mode', 'vector', '--space', 'MiniLM', '--json')
    expect(jsonOf(found)).toMatchObject({ meaning: 'searched', hits: [{ title: 'Ferry' }, {}, {}] })
    expect((await at.akin('search', 'boats', '--space', 'nosuch')).stderr).toBe(
      'akin: There is no space “nosuch”. akin spaces list shows those that there are\n',
    )
    const compared = await at.akin('spaces', 'compare', '1', String(space.id), 'boats', 'in', 'port')
    expect(compared).toMatchObject({ code: 0, stderr: '' })
    expect(compared.stdout).toContain('bge-small-en-v1.5')
    expect(compared.stdout).toContain('100 % of the items are in both')
    const listed = await at.akin('spaces')
    expect(listed.stdout).toMatch(/^1 {2}★ {2}bge-small-en-v1\.5 +ready +3 of 3 passages +384 numbers +\d+ kB/m)
    expect(await at.akin('spaces', 'remove', '1')).toMatchObject({ code: 2 })
    expect((await at.akin('spaces', 'use', 'MiniLM')).stdout).toBe('Searches use MiniLM\n')
    expect((await at.akin('status')).stdout).toContain('with MiniLM')
    expect((await at.akin('spaces', 'remove', 'bge-small-en-v1.5')).code).toBe(0)
    expect(await at.akin('models', 'remove', 'MiniLM')).toMatchObject({ code: 2 })
    expect((await at.akin('models', 'use', 'bge-small-en-v1.5')).stdout).toBe('Searches use bge-small-en-v1.5\n')
  })

  it('tell how near texts are, in one space or two', async () => {
    const texts = ['I love ice cream', 'Gelato is my favourite', 'The bank raised its rates']
    const ended = jsonOf(await at.akin('similarity', ...texts, '--json')) as { matrices: { rows: number[][] }[] }
    const [[same, near, far]] = ended.matrices[0]!.rows as [[number, number, number]]
    expect(same).toBeCloseTo(1, 4)
    expect(near).toBeGreaterThan(far)
    const shown = await at.akin('similarity', ...texts.slice(0, 2), '--space', 'MiniLM', '--space', '1')
    expect(shown.stdout.match(/^ *1 +1\.0000 +0\.\d{4} +I love ice cream$/gm)).toHaveLength(2)
    expect((await at.akin('similarity', 'one alone')).code).toBe(2)
  })

  it.each([
    [['spaces', 'add'], "missing required argument 'model'"],
    [['spaces', 'add', 'x', '--pooling', 'max'], 'Allowed choices are cls, mean'],
    [['spaces', 'add', 'x', '--post-processing', 'magic'], 'Write none, centre, all-but-the-top:3'],
    [['spaces', 'add', 'x', '--dimensions', '5'], 'belong to a service'],
    [['models', 'add', 'nosuch'], 'The catalogue has no model “nosuch”'],
    [['models', 'add', 'gpt2', '--variant', 'q1'], 'It has q8, fp32'],
    [['models', 'dance'], "too many arguments for 'models'"],
    [['keys', 'set', 'nonsense'], '“nonsense” is no address of a service'],
    [['spaces', 'add', 'x', '--service', 'nonsense'], '“nonsense” is no address of a service'],
    [['keys', 'dance', 'https://api.openai.com/v1'], 'akin keys does not know “dance”'],
  ] as const)('refuse %j with code 2', async (args, message) => {
    const ended = await at.akin(...args)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain(message)
  })
})

describe('a model whose files do not say everything', () => {
  const folders: string[] = []
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))
  const from = join(sharedFolder(), '..', 'models', 'gpt2-reference', 'tiny-b')

  it.runIf(hasShared(from))('is asked about, and imported when the options answer', async () => {
    const at = terminal()
    const folder = mkdtempSync(join(tmpdir(), 'akin-model-'))
    folders.push(folder)
    for (const name of ['config.json', 'tokenizer.json']) cpSync(join(from, name), join(folder, name))
    cpSync(join(from, 'onnx', 'fe', 'model.onnx'), join(folder, 'model.onnx'))
    const asked = await at.akin('models', 'import', folder, '--json')
    expect(asked.code).toBe(2)
    expect(asked.stderr).toContain('Answer with --')
    const answers = ['--name', 'tiny', '--pooling', 'mean', '--query-prefix', '', '--passage-prefix', '']
    expect(jsonOf(await at.akin('models', 'import', folder, ...answers, '--json'))).toMatchObject({
      id: 'tiny',
      pooling: 'mean',
      dimension: 32,
    })
    expect((await at.akin('models', 'remove', 'tiny')).stdout).toBe('tiny is removed\n')
  })
})

describe('a hub that cannot be reached', () => {
  it('is told at once, with the ways out', async () => {
    const at = terminal()
    const folder = await at.akin('status', '--json')
    expect(folder.code).toBe(0)
    // Nothing listens on the port of echo
    await setHub(at, 'http://127.0.0.1:7')
    const ended = await at.akin('models', 'add', 'all-minilm-l6-v2')
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('127.0.0.1:7 is asked for all-minilm-l6-v2-q8, 23.7 MB\n')
    expect(ended.stderr).toMatch(/cannot be reached.*import them from a folder.*To go on, run akin jobs resume \d+\n$/)
    // The same again goes on with that job, and makes no second one
    await at.akin('models', 'add', 'all-minilm-l6-v2')
    expect((jsonOf(await at.akin('jobs', '--json')) as { jobs: unknown[] }).jobs).toHaveLength(1)
  })
})

describe('a service', () => {
  const server = useOpenAiServers()

  it('gets nothing without a yes, then what was told; its key comes from standard input and is kept in no other place', async () => {
    const at = terminal()
    at.write(notes)
    await at.akin('import', 'files')
    const openAi = await server()
    openAi.key = key
    const add = ['spaces', 'add', 'some-model', '--service', openAi.baseUrl, '--key']
    const refused = await at.start([...add, '--json'], { stdin: `${key}\n` }).ended
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(`the text of 3 passages, about `)
    expect(refused.stderr).toContain(`is sent to ${openAi.host}. So is what you add later`)
    expect(jsonOf(refused)).toMatchObject({ error: { code: 'not-allowed', message: `Nothing was sent to ${openAi.host}` } })
    expect(openAi.connections).toBe(0)
    const added = await at.start([...add, '--yes', '--json'], { stdin: `${key}\n` }).ended
    expect(added.code).toBe(0)
    expect(jsonOf(added)).toMatchObject({ state: 'ready', vectors: 3, where: openAi.host, recipe: { type: 'remote' } })
    expect(openAi.texts.some((text) => text.includes('The ferry crosses'))).toBe(true)
    const found = await at.akin('search', 'ferry', '--space', 'some-model', '--json')
    expect(jsonOf(found)).toMatchObject({ meaning: 'searched', hits: expect.arrayContaining([expect.anything()]) as unknown })
    expect((await at.akin('status')).stdout).toMatch(new RegExp(`Texts to be read for meaning \\d+ times: ${openAi.host}`))
    expect(readFileSync(at.keysFile, 'utf8')).toContain(key)
    expect(statSync(at.keysFile).mode & 0o777).toBe(0o600)
    for (const text of [everythingIn(at.library), added.stdout, added.stderr, refused.stdout, refused.stderr])
      expect(text).not.toContain(key)
    expect((await at.akin('keys', 'remove', openAi.baseUrl)).stdout).toBe(`There is no key for ${openAi.host}\n`)
    expect(existsSync(at.keysFile)).toBe(false)
  })

  it('whose key is asked for and not given makes no space', async () => {
    const at = terminal()
    const openAi = await server()
    const ended = await at.akin('spaces', 'add', 'some-model', '--service', openAi.baseUrl, '--key', '--yes')
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain('No key was given')
    expect(openAi.connections).toBe(0)
  })

  it.skipIf(!existsSync('/usr/bin/script'))('asks on a terminal for the key without showing it, and for a yes', async () => {
    const at = terminal()
    const openAi = await server()
    openAi.key = key
    const command = `'${process.execPath}' '${akinEntry}' spaces add some-model --service ${openAi.baseUrl} --key --library '${at.library}'`
    const running = spawn('/usr/bin/script', ['-qefc', command, '/dev/null'], {
      cwd: at.root,
      env: { ...process.env, AKIN_KEYS_FILE: at.keysFile },
    })
    let seen = ''
    running.stdout.setEncoding('utf8').on('data', (text: string) => void (seen += text))
    const ended = new Promise((resolve) => running.once('close', resolve))
    const waitFor = (text: string): Promise<true> => until(`“${text}” is seen`, () => (seen.includes(text) ? true : undefined))
    await waitFor('which is not shown: ')
    running.stdin.write(`${key}x\u007F\r`)
    await waitFor('[y/N] ')
    running.stdin.write('y\r')
    expect(await ended).toBe(0)
    expect(seen).toContain('ready')
    expect(seen).not.toContain(key)
    expect(readFileSync(at.keysFile, 'utf8')).toContain(`"${key}"`)
    expect(openAi.received[0]!.headers.authorization).toBe(`Bearer ${key}`)
  })
})

/** As the window’s settings do it; the terminal has no command for settings. */
async function setHub(at: Terminal, hub: string): Promise<void> {
  const engine = await openTestEngine({ folder: at.library })
  await engine.ask('settings.set', { hub })
  await engine.close()
}
