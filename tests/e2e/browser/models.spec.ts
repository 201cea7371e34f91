import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { launchBrowserApp, type BrowserApp } from '../../harness/browser-host.ts'
import { OpenAiServer } from '../../harness/openai-server.ts'
import { addSample } from '../journey.ts'

/**
 * Models, spaces and the Lab with the keyboard alone, each screen looked at by axe in both themes; with
 * AKIN_SCREENSHOTS=1 the pictures of `docs/screenshots/` are taken anew on the way.
 */
const pictures = fileURLToPath(new URL('../../../docs/screenshots', import.meta.url))
const takesPictures = process.env.AKIN_SCREENSHOTS !== undefined

const go = (page: Page, hash: string): Promise<void> =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)

/** Runs a command of the palette by its words, as a person without a mouse does. */
async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+Shift+P')
  await page.keyboard.type(words)
  await page.waitForTimeout(150)
  await page.keyboard.press('Enter')
}

/** Goes on with Tab until a control of that name has the focus. */
async function tabTo(page: Page, name: RegExp, most = 60): Promise<void> {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const element = document.activeElement
      const labels = element?.getAttribute('aria-labelledby')?.split(' ') ?? []
      const named = labels.map((id) => document.getElementById(id)?.textContent ?? '').join(' ')
      const words = element?.matches('button, a, summary') === true ? element.textContent : ''
      return [element?.getAttribute('aria-label') ?? '', named, words].join(' ')
    })
    if (name.test(focused)) return
  }
  throw new Error(`Tab does not lead to ${String(name)}`)
}

/** Chooses in the field that has the focus, with the keyboard. */
async function choose(page: Page, option: string): Promise<void> {
  await page.keyboard.press('Enter')
  await expect(page.getByRole('option', { name: option })).toBeVisible()
  await page.keyboard.type(option)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('listbox')).toHaveCount(0)
}

for (const theme of ['light', 'dark'] as const) {
  test.describe(`in the ${theme} theme`, () => {
    test.describe.configure({ mode: 'serial' })
    let app: BrowserApp
    let page: Page
    const service = new OpenAiServer()

    test.beforeAll(async () => {
      await service.start()
      // Keys are kept in the person's own folder: not in that of whoever runs this
      process.env.XDG_DATA_HOME = join(tmpdir(), 'akin-home')
      app = await launchBrowserApp()
      page = await app.open({ colorScheme: theme, reducedMotion: 'reduce' })
      if (takesPictures) mkdirSync(pictures, { recursive: true })
      await addSample({ page, folder: app.folder, choose: async () => undefined, drop: async () => undefined })
    })

    test.afterAll(async () => {
      await app.close()
      await service.stop()
    })

    test('the models and the one space show what they are', async () => {
      await command(page, 'models and spaces')
      await expect(page.getByRole('heading', { name: 'Models and spaces' })).toBeVisible()
      await expect(page.getByText('Active: search uses it')).toBeVisible()
      await expect(page.getByRole('button', { name: /^Download gpt2/ })).toBeVisible()
      await dismissToasts(page)
      await inspect(page, 'settings-models-one', theme)
    })

    test('a space is added with the keyboard alone, after its model was tried', async () => {
      await command(page, 'add a space')
      const dialog = page.getByRole('dialog', { name: 'Add a space' })
      await expect(dialog.getByText(/It tells meanings apart/)).toBeVisible({ timeout: 60_000 })
      await expect(dialog.getByText('This space is there already')).toBeVisible()
      await tabTo(page, /Pooling/)
      await choose(page, 'Mean of all tokens')
      await expect(dialog.getByText('This space is there already')).toHaveCount(0)
      await expect(dialog.getByText(/It tells meanings apart/)).toBeVisible({ timeout: 60_000 })
      await inspect(page, 'settings-models-add', theme)
      await tabTo(page, /Add and fill/)
      await page.keyboard.press('Enter')
      await expect(dialog).toHaveCount(0)
      await expect(page.getByRole('region', { name: 'Spaces' }).getByText('Ready')).toBeVisible({ timeout: 60_000 })
    })

    test('nothing goes to a service before a yes, and the space is filled after it', async () => {
      await dismissToasts(page)
      await command(page, 'add a space')
      const dialog = page.getByRole('dialog', { name: 'Add a space' })
      await tabTo(page, /A model on this computer/)
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('Enter')
      await tabTo(page, /Service/)
      await choose(page, 'Another server')
      await tabTo(page, /Address/)
      await page.keyboard.type(service.baseUrl)
      await tabTo(page, /^\s*Model/)
      await page.keyboard.type('kelp-embed')
      await expect(dialog.getByText(/Nothing has been sent yet/)).toBeVisible({ timeout: 30_000 })
      await tabTo(page, /Add…/)
      await page.keyboard.press('Enter')
      const lock = page.getByRole('alertdialog')
      await expect(lock).toContainText(`Send texts to ${service.host}?`)
      await expect(lock).toContainText('every search')
      expect(service.connections).toBe(0)
      await inspect(page, 'privacy-lock', theme)

      // The first answer that Enter gives is no
      await page.keyboard.press('Enter')
      await expect(lock).toHaveCount(0)
      expect(service.connections).toBe(0)

      await page.keyboard.press('Enter')
      await tabTo(page, /Yes, send them/)
      await page.keyboard.press('Enter')
      await expect(dialog).toHaveCount(0, { timeout: 30_000 })
      const table = page.getByRole('region', { name: 'Spaces' })
      await expect(table.getByRole('columnheader', { name: /kelp-embed/ })).toBeVisible()
      await expect(table.getByText('Ready')).toHaveCount(2, { timeout: 60_000 })
      expect(service.texts.length).toBeGreaterThan(60)
      await expect(page.getByRole('contentinfo')).toContainText(`Texts went to ${service.host}`)
      await dismissToasts(page)
      await inspect(page, 'settings-models', theme)
    })

    test('two spaces answer one query side by side', async () => {
      await command(page, 'compare two spaces')
      await go(page, '#/search/compare?a=1&b=2')
      await page.getByRole('textbox', { name: 'Query for both spaces' }).focus()
      await page.keyboard.type('lying awake at night')
      await expect(page.getByText(/of \d+ documents in both/)).toBeVisible({ timeout: 30_000 })
      await expect(page.getByRole('list', { name: /^Found in/ })).toHaveCount(2)
      await tabTo(page, /^\s*\S/)
      await page.waitForTimeout(300)
      await inspect(page, 'spaces-compare', theme)
    })

    test('a search says which space it looks in', async () => {
      await go(page, '#/search?q=lying%20awake')
      await page.getByRole('button', { name: /^Space: bge-small/ }).focus()
      await page.keyboard.press('Enter')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await expect(page).toHaveURL(/space=2/)
      await expect(page.getByRole('region', { name: 'Results' }).getByRole('article').first()).toBeVisible()
      await page.waitForTimeout(1_000)
      await inspect(page, 'search-space', theme)
    })

    test('the Lab shows the true ids of GPT-2, and the steps of a model that is here', async () => {
      await page.keyboard.press('Control+4')
      const text = page.getByRole('textbox', { name: 'Text' })
      await expect(page.getByRole('table').getByText('Hidden states')).toBeVisible({ timeout: 60_000 })
      await text.focus()
      await page.keyboard.press('Control+a')
      await page.keyboard.type('Tell me how to bake a cake, naïvely')
      await expect(page.getByRole('row', { name: /cake/ })).toBeVisible()
      await page.waitForTimeout(1_200)
      await inspect(page, 'lab-tokens', theme)

      await page.getByRole('button', { name: /Model$/ }).focus()
      await choose(page, 'gpt2')
      await page.getByRole('button', { name: 'Tell me how to bake a cake' }).focus()
      await page.keyboard.press('Enter')
      for (const id of ['24446', '502', '703', '284', '28450', '257', '12187'])
        await expect(page.getByRole('list', { name: 'Tokens' }).getByTitle(new RegExp(`, id ${id}$`))).toBeVisible()
      await inspect(page, 'lab-tokens-gpt2', theme)
    })

    test('the Lab compares texts in two spaces', async () => {
      await command(page, 'similarity of texts')
      await expect(page.getByRole('figure')).toHaveCount(1, { timeout: 60_000 })
      await page.getByRole('button', { name: /Beside it/ }).focus()
      await page.keyboard.press('Enter')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await expect(page.getByRole('figure')).toHaveCount(2, { timeout: 60_000 })
      await expect(page.getByRole('heading', { name: 'Nearest tokens' })).toBeVisible()
      await page.waitForTimeout(1_000)
      await inspect(page, 'lab-similarity', theme)
    })

    test('what was sent is told, and the yes can be taken back', async () => {
      await go(page, '#/settings/privacy')
      await expect(page.getByText(/because you said yes to it/)).toBeVisible()
      await inspect(page, 'settings-privacy-service', theme)
      await tabTo(page, /Take the yes/)
      await page.keyboard.press('Enter')
      await expect(page.getByRole('region', { name: 'Messages' })).toContainText('The space kelp-embed is removed')
      await expect(page.getByRole('heading', { name: 'Services that may read your texts' })).toHaveCount(0)
      const before = service.received.length
      await page.keyboard.press('z')
      await expect(page.getByRole('heading', { name: 'Services that may read your texts' })).toBeVisible()
      expect(service.received.length).toBe(before)
    })

    for (const [width, height] of [
      [900, 700],
      [720, 700],
    ] as const) {
      test(`everything fits into ${width} px`, async () => {
        await page.setViewportSize({ width, height })
        for (const [name, hash] of [
          ['settings-models', '#/settings/models'],
          ['lab-tokens', '#/lab/tokens'],
          ['lab-similarity', '#/lab/similarity'],
          ['spaces-compare', '#/search/compare?q=lying%20awake&a=1&b=2'],
        ] as const) {
          await go(page, hash)
          await page.waitForTimeout(1_200)
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
          expect(over).toBeLessThanOrEqual(0)
          await inspect(page, `${name}-${width}`, theme)
        }
      })
    }

    test('no screen broke the content-security policy or had an error', () => {
      expect(app.errors).toEqual([])
    })
  })
}

async function dismissToasts(page: Page): Promise<void> {
  const buttons = page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Dismiss' })
  while ((await buttons.count()) > 0) await buttons.first().click()
}

async function inspect(page: Page, name: string, theme: string): Promise<void> {
  // Those of narrow windows are to be looked at, not kept
  const folder = /\d$/.test(name) ? test.info().outputDir : pictures
  if (takesPictures) await page.screenshot({ path: `${folder}/${name}-${theme}.png` })
  const { violations } = await new AxeBuilder({ page })
    // What was announced a moment ago is named by a button that has gone since
    .exclude('[data-live-announcer]')
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)).toEqual([])
}
