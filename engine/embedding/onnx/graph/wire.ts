import protobuf from 'protobufjs/minimal.js'

/**
 * A field of a protobuf message as it lies in the file. Nothing is copied or decoded before somebody asks, so that a
 * model of 500 MB costs no more than its bytes, and what this program does not know is kept as it is.
 */
export interface Field {
  readonly number: number
  /** Tag and value, ready to be written again. */
  readonly raw: Uint8Array
  /** The content of a string, bytes, message or packed list; `undefined` when the value is a number. */
  readonly content: Uint8Array | undefined
}

const lengthDelimited = 2

/**
 * The fields of a message, in their order.
 *
 * @throws RangeError, Error when the bytes are no message
 */
export function fieldsOf(message: Uint8Array): Field[] {
  const reader = protobuf.Reader.create(message)
  const fields: Field[] = []
  while (reader.pos < reader.len) {
    const start = reader.pos
    const tag = reader.uint32()
    let content: Uint8Array | undefined
    if ((tag & 7) === lengthDelimited) {
      const length = reader.uint32()
      content = message.subarray(reader.pos, reader.pos + length)
      reader.skip(length)
    } else {
      reader.skipType(tag & 7)
    }
    fields.push({ number: tag >>> 3, raw: message.subarray(start, reader.pos), content })
  }
  return fields
}

/** The string in a field. */
export function stringOf({ content }: Field): string {
  return content === undefined ? '' : Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8')
}

/** The numbers in a field: one, or many when it is a packed list. */
export function numbersOf({ raw, content }: Field): number[] {
  const reader = protobuf.Reader.create(content ?? raw)
  if (content === undefined) reader.uint32()
  const numbers: number[] = []
  while (reader.pos < reader.len) numbers.push(Number(reader.int64()))
  return numbers
}

/** Bytes in parts, in the order in which they will be written. */
export type Parts = readonly Uint8Array[]

export function lengthOf(parts: Parts): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}

/** A message, string or bytes field around its content. */
export function wrapped(number: number, content: Parts): Parts {
  const head = protobuf.Writer.create()
    .uint32((number << 3) | lengthDelimited)
    .uint32(lengthOf(content))
  return [head.finish(), ...content]
}

export function stringField(number: number, text: string): Parts {
  return wrapped(number, [Buffer.from(text, 'utf8')])
}

export function numberField(number: number, value: number): Parts {
  return [
    protobuf.Writer.create()
      .uint32(number << 3)
      .int64(value)
      .finish(),
  ]
}
