import { expect, it } from 'vitest'
import { crc32, ZipWriter } from '../../../../../renderer/features/export/zip-writer.ts'

it('counts the check sum of the standard', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcb_f4_39_26)
})

it('writes what is stored back as it was, with doubled names told apart', async () => {
  const zip = new ZipWriter()
  zip.add('Ferry.md', 'one', new Date(2025, 1, 15, 8, 30))
  zip.add('ferry.md', 'zwei ü 温泉', new Date(2025, 1, 15))
  const bytes = Buffer.from(await zip.finish().arrayBuffer())
  // The heads of the archive's directory begin with these bytes.
  // oxlint-disable-next-line no-control-regex
  const names = [...bytes.toString('latin1').matchAll(/PK\u0001\u0002.{42}/gs)].map(({ index }) => {
    const length = bytes.readUInt16LE(index + 28)
    return bytes.subarray(index + 46, index + 46 + length).toString('utf8')
  })
  expect(names).toEqual(['Ferry.md', 'ferry 2.md'])
  expect(bytes.readUInt32LE(bytes.length - 22)).toBe(0x06_05_4b_50)
  expect(bytes.readUInt16LE(bytes.length - 12)).toBe(2)
})
