import { expect, test } from '@playwright/test'
import { dropFiles, launchBrowserApp, type BrowserApp } from '../../harness/browser-host.ts'
import { addSample, bringIn, lookAtActivity, markAndUndo, searchAndRead, type Desk } from '../journey.ts'

test.describe.configure({ mode: 'serial' })
test.describe('the window in a browser', () => {
  let app: BrowserApp
  let desk: Desk

  test.beforeAll(async () => {
    app = await launchBrowserApp()
    const page = await app.open()
    desk = {
      page,
      folder: app.folder,
      choose: async (paths) => {
        page.once('filechooser', (chooser) => void chooser.setFiles(paths))
      },
      drop: (paths) => dropFiles(page, paths),
    }
  })

  test.afterAll(() => app.close())

  test('starts empty and takes the sample library', () => addSample(desk))
  test('finds an item by meaning and shows its kin', () => searchAndRead(desk))
  test('stars, tags, trashes and takes it back', () => markAndUndo(desk))
  test('brings in files by the chooser and by a drop', () => bringIn(desk))
  test('tells what was done', () => lookAtActivity(desk))

  test('goes back and forward between what was seen, each with an address of its own', async () => {
    const { page } = desk
    const screens = page.getByRole('navigation', { name: 'Screens' })
    await screens.getByRole('link', { name: 'Library' }).click()
    await expect(page).toHaveURL(/#\/library/)
    await screens.getByRole('link', { name: 'Settings' }).click()
    await expect(page).toHaveURL(/#\/settings/)
    await page.goBack()
    await expect(page).toHaveURL(/#\/library/)
    await page.goForward()
    await expect(page).toHaveURL(/#\/settings/)
  })

  test('has no key in its address, and keeps working after it is loaded again', async () => {
    const { page } = desk
    expect(page.url()).not.toContain('t=')
    await page.reload()
    await expect(page.getByRole('contentinfo', { name: 'State of the library' }).getByText(/searchable/)).toBeVisible()
  })

  test('is locked for a page without the key, and says what to do', async () => {
    const page = await app.open()
    await page.evaluate(() => sessionStorage.clear())
    await page.goto(app.host.address.split('#')[0]!)
    await page.reload()
    await expect(page.getByText(/address/i).first()).toBeVisible()
    await page.close()
    app.errors.length = 0
  })

  test('broke its content-security policy nowhere, and had no error', () => {
    expect(app.errors).toEqual([])
  })
})
