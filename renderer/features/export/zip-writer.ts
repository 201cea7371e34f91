/**
 * Writes a zip archive without compression: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central
 * directory) and 4.3.16 (its end). Names are UTF-8 (bit 11); below 65,535 files and 4 GB, so no Zip64.
 */
export class ZipWriter {
  readonly #parts: Uint8Array<ArrayBuffer>[] = []
  readonly #directory: Uint8Array<ArrayBuffer>[] = []
  readonly #names = new Set<string>()
  #offset = 0

  /** Adds a file. A name that is taken gets a number. */
  add(name: string, content: string | Uint8Array<ArrayBuffer>, modifiedAt: Date): void {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content
    const nameBytes = encoder.encode(this.#freeName(name))
    const stamp = dosTime(modifiedAt)
    const crc = crc32(bytes)
    const shared = (view: DataView, at: number): void => {
      view.setUint16(at, 20, true)
      view.setUint16(at + 2, 0x08_00, true)
      view.setUint16(at + 4, 0, true)
      view.setUint16(at + 6, stamp.time, true)
      view.setUint16(at + 8, stamp.date, true)
      view.setUint32(at + 10, crc, true)
      view.setUint32(at + 14, bytes.length, true)
      view.setUint32(at + 18, bytes.length, true)
      view.setUint16(at + 22, nameBytes.length, true)
    }
    const local = new DataView(new ArrayBuffer(30))
    local.setUint32(0, 0x04_03_4b_50, true)
    shared(local, 4)
    const central = new DataView(new ArrayBuffer(46))
    central.setUint32(0, 0x02_01_4b_50, true)
    central.setUint16(4, 20, true)
    shared(central, 6)
    central.setUint32(42, this.#offset, true)
    this.#directory.push(new Uint8Array(central.buffer), nameBytes)
    this.#parts.push(new Uint8Array(local.buffer), nameBytes, bytes)
    this.#offset += 30 + nameBytes.length + bytes.length
  }

  /** The archive; nothing may be added after it. */
  finish(): Blob {
    const size = this.#directory.reduce((sum, { length }) => sum + length, 0)
    const end = new DataView(new ArrayBuffer(22))
    end.setUint32(0, 0x06_05_4b_50, true)
    end.setUint16(8, this.#names.size, true)
    end.setUint16(10, this.#names.size, true)
    end.setUint32(12, size, true)
    end.setUint32(16, this.#offset, true)
    return new Blob([...this.#parts, ...this.#directory, new Uint8Array(end.buffer)], { type: 'application/zip' })
  }

  #freeName(name: string): string {
    const dot = name.lastIndexOf('.')
    const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
    let free = name
    for (let number = 2; this.#names.has(free.toLowerCase()); number++) free = `${stem} ${number}${extension}`
    this.#names.add(free.toLowerCase())
    return free
  }
}

const encoder = new TextEncoder()

/** MS-DOS date and time: two-second steps, from 1980. */
function dosTime(date: Date): { date: number; time: number } {
  const year = Math.min(2_107, Math.max(1_980, date.getFullYear()))
  return {
    date: ((year - 1_980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate(),
    time: (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1),
  }
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = (c & 1) === 0 ? c >>> 1 : 0xed_b8_83_20 ^ (c >>> 1)
  return c >>> 0
})

/** CRC-32 as zip and gzip use it (ISO 3309). */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xff_ff_ff_ff
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xff_ff_ff_ff) >>> 0
}
