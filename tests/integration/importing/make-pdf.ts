import { createHash } from 'node:crypto'

/** Text at a place, in points from the lower left corner. */
export interface PlacedText {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly size?: number
}

export interface PdfOptions {
  readonly info?: Readonly<Record<string, string>>
  /** Locks the file (40-bit RC4, revision 2: the oldest lock, and the shortest to write down). */
  readonly password?: string
}

/** A PDF of pages of Helvetica, written by hand: no compression, so that the tests need no fixture that nobody can read. */
export function makePdf(pages: readonly (readonly PlacedText[])[], options: PdfOptions = {}): Uint8Array {
  const kids = pages.map((_, index) => `${4 + index * 2} 0 R`).join(' ')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ]
  for (const [index, texts] of pages.entries()) {
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
    )
    const content = texts.map(({ text, x, y, size = 10 }) => `BT /F ${size} Tf ${x} ${y} Td (${escaped(text)}) Tj ET`).join('\n')
    objects.push(streamOf(content))
  }
  return fileOf(objects, options)
}

/** Lines of running text from the top of a page. */
export function column(lines: readonly string[], { x = 50, y = 740, size = 10 } = {}): PlacedText[] {
  return lines.map((text, index) => ({ text, x, y: y - index * size * 1.2, size }))
}

/** A PDF file of objects as they stand, numbered from 1; the first is the catalogue. */
export function fileOf(objects: readonly string[], { info, password }: PdfOptions = {}): Uint8Array {
  const id = '0123456789abcdef0123456789abcdef'
  const lock = password === undefined ? null : lockOf(password, Buffer.from(id, 'hex'))
  const all = lock === null ? [...objects] : objects.map((object, index) => encrypted(object, index + 1, lock.key))
  let trailer = `/Root 1 0 R /ID [<${id}> <${id}>]`
  if (lock !== null) trailer += ` /Encrypt ${all.push(lock.dictionary)} 0 R`
  if (info !== undefined) {
    const entries = Object.entries(info).map(([key, value]) => `/${key} (${escaped(value)})`)
    trailer += ` /Info ${all.push(`<< ${entries.join(' ')} >>`)} 0 R`
  }
  return written(all, trailer)
}

function written(objects: readonly string[], trailer: string): Uint8Array {
  let file = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const at = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer << /Size ${objects.length + 1} ${trailer} >>\nstartxref\n${file.length}\n%%EOF\n`
  return Buffer.from(file, 'latin1')
}

export function streamOf(content: string): string {
  return `<< /Length ${content.length} >>\nstream\n${content}\nendstream`
}

function escaped(text: string): string {
  return text.replaceAll(/[\\()]/g, '\\$&')
}

// PDF 1.4 reference, algorithms 3.1 to 3.4, for revision 2 with the same password for user and owner
const padding = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex')
const permissions = -4

function lockOf(password: string, id: Buffer): { key: Buffer; dictionary: string } {
  const padded = Buffer.concat([Buffer.from(password, 'latin1'), padding]).subarray(0, 32)
  const owner = rc4(md5(padded).subarray(0, 5), padded)
  const bits = Buffer.alloc(4)
  bits.writeInt32LE(permissions)
  const key = md5(Buffer.concat([padded, owner, bits, id])).subarray(0, 5)
  const user = rc4(key, padding)
  const [o, u] = [owner, user].map((bytes) => bytes.toString('hex'))
  return { key, dictionary: `<< /Filter /Standard /V 1 /R 2 /O <${o}> /U <${u}> /P ${permissions} >>` }
}

/** Only streams: the other objects here hold no strings. */
function encrypted(object: string, number: number, key: Buffer): string {
  const match = /^(<< \/Length \d+ >>\nstream\n)([\s\S]*)(\nendstream)$/.exec(object)
  if (match === null) return object
  const objectKey = md5(Buffer.concat([key, Buffer.from([number & 255, (number >> 8) & 255, 0, 0, 0])])).subarray(0, 10)
  return match[1] + rc4(objectKey, Buffer.from(match[2]!, 'latin1')).toString('latin1') + match[3]
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest()
}

function rc4(key: Buffer, bytes: Buffer): Buffer {
  const state = Array.from({ length: 256 }, (_, index) => index)
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + state[i]! + key[i % key.length]!) & 255
    ;[state[i], state[j]] = [state[j]!, state[i]!]
  }
  let [i, j] = [0, 0]
  return Buffer.from(
    bytes.map((byte) => {
      i = (i + 1) & 255
      j = (j + state[i]!) & 255
      ;[state[i], state[j]] = [state[j]!, state[i]!]
      return byte ^ state[(state[i]! + state[j]!) & 255]!
    }),
  )
}
