import { open, type FileHandle } from 'node:fs/promises'
import { AkinError } from '../../shared/errors.ts'

/** A tensor that goes into or comes out of a graph. */
export interface OnnxTensor {
  readonly name: string
  /** Known lengths; `null` where it depends on the input. Empty when the file does not say. */
  readonly shape: readonly (number | null)[]
}

/** What is read of an ONNX file without loading its weights. */
export interface OnnxHeader {
  readonly inputs: readonly OnnxTensor[]
  readonly outputs: readonly OnnxTensor[]
  /** Files beside this one that hold weights, as the graph names them. */
  readonly externalFiles: readonly string[]
  /** True when it computes with 8-bit numbers, whatever it is called. */
  readonly isEightBit: boolean
}

// Field numbers of onnx.proto3
const model = { graph: 7 }
const graph = { node: 1, initializer: 5, input: 11, output: 12 }
const node = { opType: 4 }
const tensor = { externalData: 13 }
const valueInfo = { name: 1, type: 2 }
const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 }

/** Operators of onnx and of ONNX Runtime that multiply whole numbers of 8 bits. */
const eightBitOperators =
  /^(DynamicQuantizeLinear|DynamicQuantizeMatMul|MatMulInteger|MatMulIntegerToFloat|QLinearMatMul|QGemm|QAttention|ConvInteger)$/

/** Nothing that is read as a whole is longer; weights are skipped. */
const longestPart = 1 << 20
const windowBytes = 1 << 16

/**
 * Reads the inputs, outputs and outside files of an ONNX file. Weights are stepped over, so that a file of gigabytes
 * takes no memory.
 *
 * @throws AkinError `damaged-file` when it ends too early or is no ONNX file
 */
export async function readOnnxHeader(path: string): Promise<OnnxHeader> {
  const file = await open(path, 'r')
  try {
    const reader = new ProtobufReader(file, (await file.stat()).size)
    return await readModel(reader)
  } finally {
    await file.close()
  }
}

async function readModel(reader: ProtobufReader): Promise<OnnxHeader> {
  const inputs: OnnxTensor[] = []
  const outputs: OnnxTensor[] = []
  const externalFiles = new Set<string>()
  let hasGraph = false
  let isEightBit = false
  await reader.fields(0, reader.size, async (field, start, end) => {
    if (field !== model.graph) return
    hasGraph = true
    await reader.fields(start, end, async (part, from, to) => {
      if (part === graph.input) inputs.push(readValueInfo(await reader.bytes(from, to)))
      else if (part === graph.output) outputs.push(readValueInfo(await reader.bytes(from, to)))
      else if (part === graph.initializer) {
        const location = await readLocation(reader, from, to)
        if (location !== null) externalFiles.add(location)
      } else if (part === graph.node && !isEightBit) isEightBit = eightBitOperators.test(await readOperator(reader, from, to))
    })
  })
  if (!hasGraph || outputs.length === 0) throw notOnnx('it holds no graph')
  return { inputs, outputs, externalFiles: [...externalFiles], isEightBit }
}

async function readOperator(reader: ProtobufReader, start: number, end: number): Promise<string> {
  let operator = ''
  await reader.fields(start, end, async (field, from, to) => {
    if (field === node.opType) operator = (await reader.bytes(from, to)).toString('latin1')
  })
  return operator
}

async function readLocation(reader: ProtobufReader, start: number, end: number): Promise<string | null> {
  let location: string | null = null
  await reader.fields(start, end, async (field, from, to) => {
    if (field !== tensor.externalData) return
    const [key, value] = readStrings(await reader.bytes(from, to))
    if (key === 'location') location = value
  })
  return location
}

/** `StringStringEntryProto`: key and value. */
function readStrings(bytes: Buffer): [string, string] {
  const strings = new Map<number, string>()
  for (const { field, value } of partsOf(bytes)) if (Buffer.isBuffer(value)) strings.set(field, value.toString('utf8'))
  return [strings.get(1) ?? '', strings.get(2) ?? '']
}

function readValueInfo(bytes: Buffer): OnnxTensor {
  let name = ''
  let shape: (number | null)[] = []
  for (const { field, value } of partsOf(bytes)) {
    if (!Buffer.isBuffer(value)) continue
    if (field === valueInfo.name) name = value.toString('utf8')
    else if (field === valueInfo.type) shape = readShape(value)
  }
  return { name, shape }
}

/** TypeProto → tensor_type (1) → shape (2) → dim (1) → dim_value (1). */
function readShape(type: Buffer): (number | null)[] {
  const inner = (bytes: Buffer, wanted: number): Buffer[] =>
    partsOf(bytes).flatMap(({ field, value }) => (field === wanted && Buffer.isBuffer(value) ? [value] : []))
  const dims = inner(type, 1)
    .flatMap((tensorType) => inner(tensorType, 2))
    .flatMap((shape) => inner(shape, 1))
  return dims.map((dim) => {
    const value = partsOf(dim).find(({ field }) => field === 1)?.value
    return typeof value === 'number' && value > 0 ? value : null
  })
}

/** The fields of a small message that is in memory. */
function partsOf(bytes: Buffer): { field: number; value: number | Buffer }[] {
  const parts: { field: number; value: number | Buffer }[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) throw notOnnx('it ends in the middle of a field')
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw notOnnx('a number in it is too long')
  }
  while (at < bytes.length) {
    const key = varint()
    const field = Math.floor(key / 8)
    switch (key % 8) {
      case wire.varint:
        parts.push({ field, value: varint() })
        break
      case wire.bytes: {
        const length = varint()
        if (at + length > bytes.length) throw notOnnx('it ends in the middle of a field')
        parts.push({ field, value: bytes.subarray(at, at + length) })
        at += length
        break
      }
      case wire.fixed64:
        at += 8
        break
      case wire.fixed32:
        at += 4
        break
      default:
        throw notOnnx('a field in it has no known form')
    }
  }
  return parts
}

/** Walks through the fields of a message in a file, a window at a time. */
class ProtobufReader {
  readonly size: number
  readonly #file: FileHandle
  #window: Buffer = Buffer.alloc(0)
  #windowStart = 0

  constructor(file: FileHandle, size: number) {
    this.#file = file
    this.size = size
  }

  /** Calls back with the place of the content of each field that has one. */
  async fields(start: number, end: number, visit: (field: number, from: number, to: number) => Promise<void>): Promise<void> {
    for (let at = start; at < end;) {
      const key = await this.#varint(at, end)
      const field = Math.floor(key.value / 8)
      at = key.next
      switch (key.value % 8) {
        case wire.varint:
          at = (await this.#varint(at, end)).next
          break
        case wire.bytes: {
          const length = await this.#varint(at, end)
          const to = length.next + length.value
          if (to > end) throw notOnnx('it ends in the middle of a field')
          await visit(field, length.next, to)
          at = to
          break
        }
        case wire.fixed64:
          at += 8
          break
        case wire.fixed32:
          at += 4
          break
        default:
          throw notOnnx('a field in it has no known form')
      }
      if (at > end) throw notOnnx('it ends in the middle of a field')
    }
  }

  async bytes(start: number, end: number): Promise<Buffer> {
    if (end - start > longestPart) throw notOnnx('a description in it is too long')
    const bytes = Buffer.alloc(end - start)
    const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, start)
    if (bytesRead < bytes.length) throw notOnnx('it ends in the middle of a field')
    return bytes
  }

  async #varint(start: number, end: number): Promise<{ value: number; next: number }> {
    let value = 0
    for (let at = start, shift = 0; at < end && shift < 64; at++, shift += 7) {
      const byte = await this.#byte(at)
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return { value, next: at + 1 }
    }
    throw notOnnx('it ends in the middle of a number')
  }

  async #byte(at: number): Promise<number> {
    if (at < this.#windowStart || at >= this.#windowStart + this.#window.length) {
      const window = Buffer.alloc(windowBytes)
      const { bytesRead } = await this.#file.read(window, 0, windowBytes, at)
      this.#window = window.subarray(0, bytesRead)
      this.#windowStart = at
    }
    const byte = this.#window[at - this.#windowStart]
    if (byte === undefined) throw notOnnx('it ends too early')
    return byte
  }
}

function notOnnx(why: string): AkinError {
  return new AkinError('damaged-file', `This is not a whole ONNX file: ${why}`, {
    advice: 'Get the file again: it may have been cut off on its way',
    details: { why },
  })
}
