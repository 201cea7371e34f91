import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { channels } from '../../../electron/channels.ts'
import type { EventMessage, EventName, EventPayload } from '../../../shared/contract/events.ts'
import type { Reply } from '../../../shared/contract/reply.ts'
import type { RequestName, RequestOutput } from '../../../shared/contract/requests.ts'
import type { DesktopApp } from '../../harness/electron/launch.ts'
import { askFromPage, eventually, useDesktop } from './run-desktop.ts'

const run = useDesktop()
let app: DesktopApp
let page: Page

beforeAll(async () => {
  app = await run()
  page = await app.page()
})

async function ask<N extends RequestName>(name: N, input: object = {}): Promise<RequestOutput<N>> {
  const reply = await askFromPage(await app.page(), name, input)
  if (!reply.ok) throw new Error(`${name}: ${reply.error.code} ${reply.error.message}`)
  return reply.value as RequestOutput<N>
}

/** Process id of a service, once it runs. */
async function pidOf(name: string): Promise<number> {
  const processes = await eventually(
    () => app.control('processes'),
    (all) => all.some((one) => one.name === `Akin ${name}`),
  )
  return processes.find((one) => one.name === `Akin ${name}`)!.pid
}

async function eventsSent<N extends EventName>(name: N): Promise<EventPayload<N>[]> {
  const { windows } = await app.control('state')
  const sent = windows[0]!.events as { channel: string; args: [EventMessage] }[]
  return sent
    .filter(({ channel, args }) => channel === channels.event && args[0].event === name)
    .map(({ args }) => args[0].payload as EventPayload<N>)
}

/** The status as soon as it is as wanted; while the engine is started again there is none. */
async function statusWhen(
  isWanted: (status: RequestOutput<'library.status'>) => boolean,
): Promise<RequestOutput<'library.status'>> {
  const isFit = (reply: Reply): boolean => reply.ok && isWanted(reply.value as RequestOutput<'library.status'>)
  await eventually(async () => askFromPage(await app.page(), 'library.status', {}), isFit, 90_000)
  return ask('library.status')
}

function everythingRead(): Promise<RequestOutput<'library.status'>> {
  return statusWhen(({ documents, indexed, activeJobs }) => documents > 60 && indexed === documents && activeJobs === 0)
}

async function isGone(pid: number): Promise<boolean> {
  const processes = await eventually(
    () => app.control('processes'),
    (all) => all.every((one) => one.pid !== pid),
  )
  return processes.length > 0
}

describe('services that die', () => {
  it('heal while the sample library is read: the parser, the model, and the engine under both', async () => {
    await ask('sample.add')
    await app.control('kill', await pidOf('parser'))
    await statusWhen(({ indexed }) => indexed > 3)
    const inference = await pidOf('inference')
    await app.control('kill', inference)
    expect(await isGone(inference)).toBe(true)
    await statusWhen(({ indexed }) => indexed > 15)
    const [engine, model] = [await pidOf('engine'), await pidOf('inference')]
    await app.control('kill', engine)
    const { documents, failed } = await everythingRead()
    expect({ documents, failed }).toEqual({ documents: 66, failed: 0 })
    expect(await isGone(engine)).toBe(true)
    // Electron itself would leave it running, with half a gigabyte of memory and nobody to talk to
    expect(await isGone(model)).toBe(true)
  })

  it('were told to the window: the engine as a state, the model as a notice', async () => {
    const states = (await eventsSent('engine.state')).map(({ state }) => state)
    expect(states).toEqual(expect.arrayContaining(['restarting', 'ready']))
    expect(states.at(-1)).toBe('ready')
    const notices = (await eventsSent('engine.notice')).map(({ message }) => message)
    expect(notices.join('\n')).toMatch(/model/i)
  })

  it('answer again: words and meaning are found', async () => {
    const { hits, meaning } = await ask('search.query', { text: 'how do I repair a leaking roof' })
    expect(hits.length).toBeGreaterThan(0)
    expect(meaning).toBe('searched')
  })

  it('give a reply for what was asked when the engine died, and what is asked meanwhile waits', async () => {
    await app.control('kill', await pidOf('engine'))
    const replies = await Promise.all(Array.from({ length: 20 }, () => askFromPage(page, 'library.status', {})))
    const codes = replies.flatMap((reply) => (reply.ok ? [] : [reply.error.code]))
    expect(codes.filter((code) => code !== 'unavailable')).toEqual([])
    expect((await ask('library.status')).documents).toBe(66)
  })

  it('number their events without a gap over the engine’s lives', async () => {
    const { windows } = await app.control('state')
    const numbers = (windows[0]!.events as { args: [EventMessage] }[]).map(({ args }) => args[0].number)
    expect(numbers).toEqual(numbers.map((_number, index) => index + 1))
  })
})

describe('a page that breaks down', () => {
  it('is opened again, says so, and works', async () => {
    const top = { url: 'app://akin/', parent: null }
    const granted = (await app.control('invokeAs', top, channels.grantFiles, [[process.execPath]])) as {
      result: { grant: string }[]
    }
    await page.getByRole('navigation', { name: 'Screens' }).waitFor()
    await app.control('crashPage')
    await eventually(
      () => eventsSent('engine.notice'),
      (notices) => notices.some(({ message }) => message.startsWith('The window stopped working')),
    )
    page = await app.page()
    await page.getByText('The window stopped working and was opened again').first().waitFor()
    expect((await ask('library.status')).documents).toBe(66)
    const sources = [{ type: 'grant', grant: granted.result[0]!.grant }]
    expect(await askFromPage(page, 'documents.import', { sources })).toMatchObject({ error: { code: 'not-allowed' } })
  })

  it('is left alone when it does so again and again, and the person is told', async () => {
    for (let crash = 0; crash < 3; crash++) {
      await app.control('crashPage')
      await new Promise((resolve) => setTimeout(resolve, 1_500))
    }
    const asked = await eventually(
      () => app.control('asked'),
      (all) => all.some(({ what }) => what === 'dialog.error'),
    )
    expect(asked.at(-1)).toMatchObject({ details: { title: 'Akin’s window stopped working' } })
  })
})
