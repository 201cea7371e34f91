import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { launchBrowserApp, type BrowserApp } from '../../harness/browser-host.ts'
import { addSample } from '../journey.ts'

/**
 * Every screen in both themes, looked at by axe; with AKIN_SCREENSHOTS=1 the pictures of `docs/screenshots/` are
 * taken anew on the way.
 */
const pictures = fileURLToPath(new URL('../../../docs/screenshots', import.meta.url))
const takesPictures = process.env.AKIN_SCREENSHOTS !== undefined

interface Screen {
  readonly name: string
  /** Brings the page there from wherever it is. */
  readonly show: (page: Page) => Promise<void>
  readonly viewport?: { width: number; height: number }
}

const results = (page: Page) => page.getByRole('region', { name: 'Results' })
const go = (page: Page, hash: string): Promise<void> =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)

async function searchFor(page: Page, words: string): Promise<void> {
  await go(page, `#/search?q=${encodeURIComponent(words)}`)
  await expect(results(page).getByRole('article').first()).toBeVisible()
  // The nearest sentences come after the results
  await page.waitForTimeout(1_200)
}

const screens: readonly Screen[] = [
  { name: 'search', show: (page) => searchFor(page, 'lost sleep -paint') },
  {
    name: 'search-narrow',
    viewport: { width: 900, height: 700 },
    show: (page) => searchFor(page, 'lying awake at night tag:health'),
  },
  { name: 'search-nothing', show: (page) => searchFor(page, 'tattoo aftercare after:spring') },
  {
    name: 'library',
    show: async (page) => {
      await go(page, '#/library')
      await expect(page.getByRole('row').nth(8)).toBeVisible()
    },
  },
  {
    name: 'library-selected',
    show: async (page) => {
      await go(page, '#/library')
      await page.getByRole('row').nth(3).click()
      for (const key of ['x', 'j', 'x', 'j', 'x']) await page.keyboard.press(key)
      await page.waitForTimeout(300)
    },
  },
  {
    name: 'reader',
    show: async (page) => {
      await searchFor(page, 'what swarms decide')
      const link = results(page).getByRole('article').first().getByRole('link').first()
      const href = await link.getAttribute('href')
      const id = /item[=/](\d+)/.exec(href ?? '')?.[1]
      await go(page, `#/item/${id}`)
      await expect(page.getByRole('complementary', { name: 'Kin' }).getByRole('article').first()).toBeVisible()
    },
  },
  {
    name: 'palette',
    show: async (page) => {
      await searchFor(page, 'bees')
      await page.keyboard.press('Control+k')
      await page.keyboard.type('night')
      await page.waitForTimeout(900)
    },
  },
  {
    name: 'activity',
    show: async (page) => {
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await go(page, '#/activity')
      await expect(page.getByText(/Import of the sample library/).first()).toBeVisible()
    },
  },
  ...['appearance', 'storage', 'privacy', 'keyboard', 'about'].map((pane) => ({
    name: `settings-${pane}`,
    show: async (page: Page) => {
      await go(page, `#/settings/${pane}`)
      await page.waitForTimeout(500)
    },
  })),
]

for (const theme of ['light', 'dark'] as const) {
  test.describe(`in the ${theme} theme`, () => {
    test.describe.configure({ mode: 'serial' })
    let app: BrowserApp
    let page: Page

    test.beforeAll(async () => {
      app = await launchBrowserApp()
      page = await app.open({ colorScheme: theme, reducedMotion: 'reduce' })
      if (takesPictures) mkdirSync(pictures, { recursive: true })
    })

    test.afterAll(() => app.close())

    test('the first start has nothing that axe finds', async () => {
      await expect(page.getByRole('heading', { name: 'Nothing here yet' })).toBeVisible()
      await inspect(page, 'first-start', theme)
      await addSample({ page, folder: app.folder, choose: async () => undefined, drop: async () => undefined })
      // It goes by itself after a while, too
      const dismiss = page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Dismiss' }).first()
      if (await dismiss.isVisible()) await dismiss.click({ timeout: 2_000 }).catch(() => undefined)
      await expect(dismiss).toBeHidden({ timeout: 15_000 })
    })

    for (const { name, show, viewport } of screens) {
      test(`${name} has nothing that axe finds`, async () => {
        await page.setViewportSize(viewport ?? { width: 1280, height: 800 })
        await show(page)
        await inspect(page, name, theme)
      })
    }

    test('no screen broke the content-security policy or had an error', () => {
      expect(app.errors).toEqual([])
    })
  })
}

async function inspect(page: Page, name: string, theme: string): Promise<void> {
  if (takesPictures) await page.screenshot({ path: `${pictures}/${name}-${theme}.png` })
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)).toEqual([])
}
