import { AkinError } from '../../shared/errors.ts'
import { sha256 } from '../platform/hash.ts'
import type { PostProcessing } from './post-processing.ts'

type Header = Omit<PostProcessing, 'mean' | 'matrix'> & { readonly format: 1; readonly matrixLength: number }

const headerStart = 4

/**
 * The parameters as bytes: the length of a JSON header (uint32), the header, then mean and matrix as float64, all little-endian.
 */
export function encodePostProcessing({ mean, matrix, ...rest }: PostProcessing): Uint8Array {
  const header = Buffer.from(JSON.stringify({ format: 1, ...rest, matrixLength: matrix.length } satisfies Header))
  const start = headerStart + header.length
  const bytes = Buffer.alloc(start + 8 * (mean.length + matrix.length))
  bytes.writeUInt32LE(header.length)
  header.copy(bytes, headerStart)
  let at = start
  for (const numbers of [mean, matrix]) for (const value of numbers) at = bytes.writeDoubleLE(value, at)
  return bytes
}

/** @throws AkinError `damaged-file` when the bytes are not what `encodePostProcessing` gives */
export function decodePostProcessing(bytes: Uint8Array): PostProcessing {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    const start = headerStart + buffer.readUInt32LE()
    const { format, matrixLength, ...rest } = JSON.parse(buffer.toString('utf8', headerStart, start)) as Header
    const count = rest.inputDimension + matrixLength
    if (format !== 1 || buffer.length !== start + 8 * count) throw new Error('Wrong length')
    const numbers = Float64Array.from({ length: count }, (_, index) => buffer.readDoubleLE(start + 8 * index))
    if (!numbers.every(Number.isFinite)) throw new Error('Not a number')
    return { ...rest, mean: numbers.slice(0, rest.inputDimension), matrix: numbers.slice(rest.inputDimension) }
  } catch (cause) {
    throw new AkinError('damaged-file', 'What was learnt from the library to improve its vectors cannot be read', {
      advice: 'Learn it again: no vector is lost',
      cause,
    })
  }
}

/** Names the parameters in a space's identity: the method and what was learnt. */
export function nameOfPostProcessing(parameters: PostProcessing): string {
  return `${parameters.method.type}:${sha256(encodePostProcessing(parameters)).slice(0, 32)}`
}
