import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/** Changes one byte of a file, as a failing disk does. */
export function flipByte(file: string, place: number, bits = 0x10): void {
  const descriptor = openSync(file, 'r+')
  try {
    const byte = Buffer.alloc(1)
    readSync(descriptor, byte, 0, 1, place)
    byte[0]! ^= bits
    writeSync(descriptor, byte, 0, 1, place)
  } finally {
    closeSync(descriptor)
  }
}
