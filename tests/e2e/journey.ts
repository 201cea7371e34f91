import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Locator, type Page } from '@playwright/test'

/** What a person does outside of the window; each way of running the app has its own. */
export interface Desk {
  readonly page: Page
  /** A folder for the person's files. */
  readonly folder: string
  /** What is chosen when the next dialog for files opens. */
  choose(paths: string[]): Promise<void>
  /** Lets files and folders go over the window. */
  drop(paths: string[]): Promise<void>
}

const title = 'Damp black specks behind the wardrobe'

function parts(page: Page) {
  return {
    box: page.getByRole('combobox', { name: 'Search' }),
    hit: page.getByRole('article', { name: title }),
    reader: page.getByRole('region', { name: 'Reader' }),
    kin: page.getByRole('complementary', { name: 'Kin' }),
    messages: page.getByRole('region', { name: 'Messages' }),
    screens: page.getByRole('navigation', { name: 'Screens' }),
    status: page.getByRole('contentinfo', { name: 'State of the library' }),
  }
}

/** The first start: an empty window, and the sample library in it when that is read for meaning as well. */
export async function addSample({ page }: Desk): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Nothing here yet' })).toBeVisible()
  await page.getByRole('button', { name: /sample library/ }).click()
  await expect(parts(page).status.getByRole('link', { name: '66 searchable' })).toBeVisible({ timeout: 60_000 })
}

/** A search by meaning and words, its result in the reader, its kin beside it. */
export async function searchAndRead({ page }: Desk): Promise<void> {
  const { hit, reader, kin } = parts(page)
  await search(page, 'damp behind the wardrobe')
  await hit.getByRole('link', { name: title }).first().click()
  await expect(reader.getByRole('heading', { level: 1, name: title })).toBeVisible()
  await expect(kin.getByRole('article').first()).toBeVisible()
  await expect(kin.getByRole('link', { name: /moist air meets cold plaster/ })).toBeVisible()
}

/** A tag, a star, the trash, and back again. */
export async function markAndUndo({ page }: Desk): Promise<void> {
  const { hit, reader, messages, status } = parts(page)
  await reader.getByRole('button', { name: 'Star' }).click()
  await expect(reader.getByRole('button', { name: 'Take the star away' })).toBeVisible()
  await reader.getByRole('button', { name: 'Tags' }).click()
  const editor = page.getByRole('dialog').getByRole('combobox')
  await editor.fill('mould-hunt')
  await editor.press('Enter')
  await editor.press('Escape')
  await expect(reader.getByText('mould-hunt', { exact: true })).toBeVisible()
  await hit.getByRole('link', { name: title }).first().focus()
  await page.keyboard.press('Delete')
  await expect(hit).toHaveCount(0)
  const moved = messages.getByText(/moved to the trash/)
  await expect(moved).toBeVisible()
  await expect(status.getByRole('link', { name: '65 searchable' })).toBeVisible()
  await page.keyboard.press('z')
  await expect(status.getByRole('link', { name: '66 searchable' })).toBeVisible()
  await expect(hit).toBeVisible()
}

/** Files by the dialog, and files and a folder by a drop: read where they are, found by their words and meaning. */
export async function bringIn(desk: Desk): Promise<void> {
  const { page, folder } = desk
  const { messages, screens } = parts(page)
  const chosen = join(folder, 'ferry.md')
  writeFileSync(chosen, '# The ferry timetable\n\nThe ferry to Brodick leaves at ten past nine, and takes no caravans.')
  await desk.choose([chosen])
  await page.keyboard.press('Control+Shift+O')
  await expect(messages.getByText('Reading ferry.md')).toBeVisible()

  const dropped = [join(folder, 'Shore notes'), join(folder, 'hull.txt')]
  mkdirSync(dropped[0]!)
  writeFileSync(join(dropped[0]!, 'kelp.md'), '# Kelp\n\nKelp grows half a metre a day when the water is cold.')
  writeFileSync(dropped[1]!, 'Barnacles cement themselves to the hull and stay there for life.')
  await desk.drop(dropped)
  await expect(messages.getByText('Reading 2 files and folders')).toBeVisible()
  await expect(parts(page).status.getByRole('link', { name: '69 searchable' })).toBeVisible({ timeout: 60_000 })

  await screens.getByRole('link', { name: 'Search' }).click()
  await expectFound(page, 'when does the boat leave', 'The ferry timetable')
  await expectFound(page, 'seaweed in cold water', 'Kelp')
  await expectFound(page, 'barnacles', 'hull')
}

/** What was done is told, with nothing that failed. */
export async function lookAtActivity({ page }: Desk): Promise<void> {
  const { screens } = parts(page)
  await screens.getByRole('link', { name: 'Activity' }).click()
  for (const job of [/Import of the sample library/, /Import of ferry\.md/, /Import of 2 files and folders/])
    await expect(page.getByText(job).first()).toBeVisible()
  await expect(parts(page).status.getByText(/failed/)).toHaveCount(0)
}

async function search(page: Page, words: string): Promise<void> {
  const { box } = parts(page)
  await box.fill(words)
  await box.press('Enter')
}

async function expectFound(page: Page, words: string, name: string): Promise<void> {
  await search(page, words)
  const result: Locator = page.getByRole('region', { name: 'Results' }).getByRole('article', { name, exact: true })
  await expect(result.first()).toBeVisible()
}
