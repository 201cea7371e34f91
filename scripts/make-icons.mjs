// Draws the app's icons from resources/icons/icon.svg: PNGs for Linux, icon.ico for Windows, icon.icns for macOS.
//
//   node scripts/make-icons.mjs
//
// Needs a Chromium (AKIN_CHROMIUM, else /usr/bin/chromium) to draw with; what it makes is kept in the repository.

import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'resources', 'icons')
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024]

/** Up to this size the margins would leave too little of the mark: the paper fills the picture, the mark the paper. */
const smallUpTo = 48
const larger = 'translate(512 512) scale(1.25) translate(-512 -512)'

async function draw(svg) {
  const browser = await chromium.launch({
    executablePath: process.env.AKIN_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const page = await browser.newPage()
  const pictures = new Map()
  for (const size of sizes) {
    const isSmall = size <= smallUpTo
    const viewBox = isSmall ? '62 62 900 900' : '0 0 1024 1024'
    const drawn = svg
      .replace(/viewBox="[^"]*"/, `viewBox="${viewBox}" width="${size}" height="${size}"`)
      .replace('<g>', isSmall ? `<g transform="${larger}">` : '<g>')
    await page.setViewportSize({ width: size, height: size })
    await page.setContent(`<style>*{margin:0;background:transparent}svg{display:block}</style>${drawn}`)
    pictures.set(size, await page.screenshot({ omitBackground: true }))
  }
  await browser.close()
  return pictures
}

/** https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10): a directory, then the pictures, here PNGs. */
function ico(pictures, wanted) {
  const header = Buffer.alloc(6 + 16 * wanted.length)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(wanted.length, 4)
  let offset = header.length
  for (const [index, size] of wanted.entries()) {
    const at = 6 + 16 * index
    const { length } = pictures.get(size)
    // 0 stands for 256
    header.writeUInt8(size % 256, at)
    header.writeUInt8(size % 256, at + 1)
    header.writeUInt16LE(1, at + 4)
    header.writeUInt16LE(32, at + 6)
    header.writeUInt32LE(length, at + 8)
    header.writeUInt32LE(offset, at + 12)
    offset += length
  }
  return Buffer.concat([header, ...wanted.map((size) => pictures.get(size))])
}

/** Types of Apple's icon format that hold PNGs, with their sizes: `ic07` is 128, `ic13` the doubled 128, and so on. */
const icnsTypes = { ic07: 128, ic08: 256, ic09: 512, ic10: 1024, ic11: 32, ic12: 64, ic13: 256, ic14: 512 }

function icns(pictures) {
  const parts = Object.entries(icnsTypes).map(([type, size]) => block(type, pictures.get(size)))
  return block('icns', Buffer.concat(parts))
}

function block(type, content) {
  const head = Buffer.alloc(8)
  head.write(type, 0, 'ascii')
  head.writeUInt32BE(content.length + 8, 4)
  return Buffer.concat([head, content])
}

const pictures = await draw(readFileSync(join(folder, 'icon.svg'), 'utf8'))
for (const [size, picture] of pictures) writeFileSync(join(folder, `${size}x${size}.png`), picture)
writeFileSync(join(folder, 'icon.ico'), ico(pictures, [16, 24, 32, 48, 64, 128, 256]))
writeFileSync(join(folder, 'icon.icns'), icns(pictures))
console.log(`Icons: ${sizes.length} pictures, icon.ico and icon.icns in resources/icons`)
