import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { findChromium } from '../scripts/setup-steps.mjs'
import { startBrowserHost } from './browser-host.ts'
import { percentile } from './metrics.ts'
import { makeSyntheticLibrary } from './synthetic-library.ts'

export interface Scrolling {
  readonly rows: number
  readonly frames: number
  /** Milliseconds between two frames. */
  readonly p50: number
  readonly p95: number
  readonly max: number
  /** Share of frames that came later than 33 ms after the last. */
  readonly late: number
  /** Share of looks at the table in which no row had its content yet. */
  readonly blank: number
}

const scrolls = 120

/** Frame times while the Library table scrolls, by wheel and by jumps, in a real window. */
export async function benchScrolling(rows = 50_000): Promise<Scrolling | null> {
  const executablePath = findChromium()
  if (executablePath === null) return null
  const folder = mkdtempSync(join(tmpdir(), 'akin-bench-'))
  await makeSyntheticLibrary({ folder, chunks: rows * 4, seed: 5 })
  const host = await startBrowserHost(folder)
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  })
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(host.address)
    await page.getByRole('link', { name: 'Library' }).first().click()
    const table = page.getByRole('grid').or(page.getByRole('table')).first()
    await table.waitFor()
    await page.getByRole('row').nth(5).waitFor()
    await host.settle()
    await table.hover()
    await page.evaluate(collectFrames)
    let blank = 0
    for (let i = 0; i < scrolls; i++) {
      await page.mouse.wheel(0, i % 30 === 29 ? 200_000 : 900)
      await page.waitForTimeout(25)
      const text = await page
        .getByRole('row')
        .nth(10)
        .innerText({ timeout: 2_000 })
        .catch(() => '')
      if (text.trim() === '') blank++
    }
    const times = await page.evaluate(() => (globalThis as unknown as { akinFrames: number[] }).akinFrames)
    return {
      rows,
      frames: times.length,
      p50: percentile(times, 0.5),
      p95: percentile(times, 0.95),
      max: Math.max(...times),
      late: times.filter((time) => time > 33.4).length / times.length,
      blank: blank / scrolls,
    }
  } finally {
    await browser.close()
    await host.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs in the page. */
function collectFrames(): void {
  const page = globalThis as unknown as { akinFrames: number[]; requestAnimationFrame: (callback: (at: number) => void) => void }
  page.akinFrames = []
  let last: number | undefined
  const tick = (at: number): void => {
    if (last !== undefined) page.akinFrames.push(at - last)
    last = at
    page.requestAnimationFrame(tick)
  }
  page.requestAnimationFrame(tick)
}
