import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { launchDesktop, type DesktopApp } from '../../harness/electron/launch.ts'
import { addSample, bringIn, lookAtActivity, markAndUndo, searchAndRead, type Desk } from '../journey.ts'

test.describe.configure({ mode: 'serial' })
test.describe('the desktop app under the stand-in for Electron', () => {
  let folder: string
  let app: DesktopApp
  let desk: Desk
  const errors: string[] = []

  test.beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'akin-desktop-')))
    app = await launchDesktop({ folder })
    const page = await app.page()
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    desk = {
      page,
      folder,
      choose: (paths) => app.control('answerOpen', paths),
      drop: (paths) => app.control('drop', paths, { x: 640, y: 400 }),
    }
  })

  test.afterAll(async () => {
    await app.quit()
    rmSync(folder, { recursive: true, force: true })
  })

  test('starts empty and takes the sample library', () => addSample(desk))
  test('finds an item by meaning and shows its kin', () => searchAndRead(desk))
  test('stars, tags, trashes and takes it back', () => markAndUndo(desk))
  test('brings in files by the dialog and by a drop', () => bringIn(desk))
  test('tells what was done', () => lookAtActivity(desk))

  test('opens the original of what was dropped', async () => {
    const { page } = desk
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Search' }).click()
    const box = page.getByRole('combobox', { name: 'Search' })
    await box.fill('barnacles')
    await box.press('Enter')
    await page.getByRole('article', { name: 'hull', exact: true }).getByRole('link').first().click()
    await page.getByRole('region', { name: 'Reader' }).getByRole('button', { name: 'Open the original' }).click()
    await expect
      .poll(async () =>
        (await app.control('asked')).filter(({ what }) => what === 'shell.openPath').map(({ details }) => details),
      )
      .toEqual([join(folder, 'hull.txt')])
  })

  test('broke its content-security policy nowhere, and had no error', async () => {
    expect(await app.control('violations')).toEqual([])
    expect(errors).toEqual([])
  })
})
