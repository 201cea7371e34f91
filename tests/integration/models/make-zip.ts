import { crc32, deflateRawSync } from 'node:zlib'
import { bufferOf, type ModelFiles } from './make-model.ts'

export interface ZipEntry {
  readonly name: string
  readonly content: Buffer
  /** Mode of Unix in the upper half. */
  readonly attributes?: number
  readonly isEncrypted?: boolean
  /** What the directory says of its length, where that is a lie. */
  readonly claimedBytes?: number
  readonly method?: number
}

/** A zip file, well-formed unless an entry asks for something else. */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const method = entry.method ?? 8
    const packed = method === 8 ? deflateRawSync(entry.content) : entry.content
    const name = Buffer.from(entry.name)
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt16LE((entry.isEncrypted === true ? 1 : 0) | 0x800, 2)
    head.writeUInt16LE(method, 4)
    head.writeUInt32LE(crc32(entry.content), 10)
    head.writeUInt32LE(packed.length, 14)
    head.writeUInt32LE(entry.claimedBytes ?? entry.content.length, 18)
    head.writeUInt16LE(name.length, 22)
    parts.push(Buffer.from('PK\u0003\u0004', 'latin1'), head, name, packed)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(((entry.attributes ?? 0o100644) << 16) >>> 0, 6)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0003', 'latin1'), head, tail, name)
    offset += 4 + head.length + name.length + packed.length
  }
  const body = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(body.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, body, Buffer.from('PK\u0005\u0006', 'latin1'), end])
}

export function zipOf(files: ModelFiles, folder = ''): Buffer {
  return makeZip(Object.entries(files).map(([path, content]) => ({ name: folder + path, content: bufferOf(content) })))
}
