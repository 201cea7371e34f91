import type { Collection } from 'mongodb'
import { Binary } from 'mongodb'
import type { Content } from '../../../shared/model/content.ts'
import { sha256 } from '../../platform/hash.ts'
import { findByIds, pagesOf, type MongoConnection } from './mongo-connection.ts'
import type { BodyRecord } from './records.ts'

/** UTF-16 code units in one part at most: three bytes each are well below the 16 MB of a document in MongoDB. */
const partLength = 4_000_000
const partBytes = 12_000_000

/** One of the parts of a text with its structure, or of bytes; `_id` is `<key>/<number>`. Parts are never changed. */
interface PartRecord {
  readonly _id: string
  readonly text?: string
  /** JSON: blocks, marks, pages. */
  readonly content?: string
  /** JSON array of the headings' texts. */
  readonly headings?: string
  readonly bytes?: Binary
}

export interface Body {
  readonly text: string
  readonly content: Content
  readonly headings: readonly string[]
}

const noContent: Content = { blocks: [], marks: [], pages: [] }
const fields = ['text', 'content', 'headings'] as const
type Field = (typeof fields)[number]

/** Parts of so many code units are kept for the next call: embedding a long text asks for them again and again. */
const keptLength = 16_000_000

/** Texts, structures and other large values, in parts of which each fits into one document of MongoDB. */
export class Bodies {
  readonly #parts: Collection<PartRecord>
  readonly #kept = new Map<string, string>()
  #keptUnits = 0

  constructor(connection: MongoConnection) {
    this.#parts = connection.collection<PartRecord>('texts')
  }

  /** Stores a text under a name that no other one has. */
  async put(key: string, parts: readonly BodyParts[]): Promise<void> {
    const records = parts.map((part, index) => ({ _id: `${key}/${index}`, ...part }))
    await this.#insert(records, (part) => fields.reduce((sum, field) => sum + (part[field]?.length ?? 0), 0))
  }

  /** Stores many texts that have one part each. */
  async putSmall(bodies: readonly { key: string; part: BodyParts }[]): Promise<void> {
    const records = bodies.map(({ key, part }) => ({ _id: `${key}/0`, ...part }))
    await this.#insert(records, (part) => fields.reduce((sum, field) => sum + (part[field]?.length ?? 0), 0))
  }

  /** Stores bytes under a name that nothing else has, in `countParts` parts. */
  async putBytes(key: string, bytes: Uint8Array): Promise<void> {
    for (let index = 0; index < countParts(bytes); index++) {
      const part = bytes.slice(index * partBytes, (index + 1) * partBytes)
      await this.#parts.insertOne({ _id: `${key}/${index}`, bytes: new Binary(part) })
    }
  }

  /** `null` when a part is missing. */
  async bytes(key: string, parts: number): Promise<Uint8Array | null> {
    const records = await this.#read(key, parts)
    if (records === null) return null
    const pieces = records.map(({ bytes }) => (bytes === undefined ? new Uint8Array(0) : bytes.value()))
    const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
    let at = 0
    for (const piece of pieces) {
      whole.set(piece, at)
      at += piece.length
    }
    return whole
  }

  /** Text, structure and headings; `null` when a part is missing. */
  async get({ key, parts }: Pick<BodyRecord, 'key' | 'parts'>): Promise<(Body & { isWhole: boolean }) | null> {
    const records = await this.#read(key, parts)
    if (records === null) return null
    const whole = (field: Field): string => records.map((part) => part[field] ?? '').join('')
    const content = parse(whole('content')) as Content | null
    const headings = parse(whole('headings')) as string[] | null
    const isWhole = content !== null && headings !== null
    return { text: whole('text'), content: content ?? noContent, headings: headings ?? [], isWhole }
  }

  /** Texts alone, by their key; those of which a part is missing are left out. */
  async texts(bodies: readonly Pick<BodyRecord, 'key' | 'parts' | 'starts'>[]): Promise<Map<string, string>> {
    const parts = await this.#textParts(bodies.flatMap(textPartIds))
    const found = new Map<string, string>()
    for (const body of bodies) {
      const pieces = textPartIds(body).map((id) => parts.get(id))
      if (!pieces.includes(undefined)) found.set(body.key, pieces.join(''))
    }
    return found
  }

  /** Spans of texts, in order, reading no more parts than they lie in; `undefined` where a part is missing. */
  async spans(
    spans: readonly { body: Pick<BodyRecord, 'key' | 'starts'>; start: number; end: number }[],
  ): Promise<(string | undefined)[]> {
    const wanted = spans.map((span) => ({ ...span, ids: partsBetween(span) }))
    const parts = await this.#textParts(wanted.flatMap(({ ids }) => ids.map(({ id }) => id)))
    return wanted.map(({ start, end, ids }) => {
      const pieces = ids.map(({ id, from }) => parts.get(id)?.slice(Math.max(0, start - from), Math.max(0, end - from)))
      return pieces.includes(undefined) ? undefined : pieces.join('')
    })
  }

  async remove(bodies: readonly Pick<BodyRecord, 'key' | 'parts'>[]): Promise<void> {
    const ids = bodies.flatMap(({ key, parts }) => Array.from({ length: parts }, (_, index) => `${key}/${index}`))
    for (const page of pagesOf(ids)) await this.#parts.deleteMany({ _id: { $in: page } })
  }

  async #read(key: string, parts: number): Promise<PartRecord[] | null> {
    const ids = Array.from({ length: parts }, (_, index) => `${key}/${index}`)
    const found = new Map((await findByIds(this.#parts, ids)).map((part) => [part._id, part]))
    const records = ids.flatMap((id) => found.get(id) ?? [])
    return records.length === parts ? records : null
  }

  async #insert(records: readonly PartRecord[], unitsOf: (part: PartRecord) => number): Promise<void> {
    let batch: PartRecord[] = []
    let units = 0
    for (const record of records) {
      if (batch.length > 0 && (units + unitsOf(record) > partLength * 2 || batch.length >= 1_000)) {
        await this.#parts.insertMany(batch, { ordered: false })
        batch = []
        units = 0
      }
      batch.push(record)
      units += unitsOf(record)
    }
    if (batch.length > 0) await this.#parts.insertMany(batch, { ordered: false })
  }

  async #textParts(ids: readonly string[]): Promise<Map<string, string>> {
    const missing = ids.filter((id) => !this.#kept.has(id))
    const found = new Map(ids.flatMap((id) => (this.#kept.has(id) ? [[id, this.#kept.get(id)!] as const] : [])))
    for (const { _id, text } of await findByIds(this.#parts, missing, { text: 1 })) {
      found.set(_id, text ?? '')
      this.#keep(_id, text ?? '')
    }
    return found
  }

  #keep(key: string, text: string): void {
    if (text.length > keptLength) return
    if (this.#keptUnits + text.length > keptLength) {
      this.#kept.clear()
      this.#keptUnits = 0
    }
    this.#kept.set(key, text)
    this.#keptUnits += text.length
  }
}

function textPartIds({ key, starts }: Pick<BodyRecord, 'key' | 'starts'>): string[] {
  return starts.map((_, index) => `${key}/${index}`)
}

/** The parts that a span lies in, with where each begins. */
function partsBetween({ body, start, end }: { body: Pick<BodyRecord, 'key' | 'starts'>; start: number; end: number }): {
  id: string
  from: number
}[] {
  return body.starts.flatMap((from, index) => {
    const to = body.starts[index + 1] ?? Infinity
    return from < end && to > start ? [{ id: `${body.key}/${index}`, from }] : []
  })
}

export function countParts(bytes: Uint8Array): number {
  return Math.max(1, Math.ceil(bytes.length / partBytes))
}

export type BodyParts = Omit<PartRecord, '_id' | 'bytes'>

/** Cuts a text with its structure into parts; what is short is one part. */
export function partsOf(body: Body): { parts: BodyParts[]; starts: number[]; hash: string; bytes: number } {
  const values = { text: body.text, content: JSON.stringify(body.content), headings: JSON.stringify(body.headings) }
  const sizes = { hash: sha256(body.text), bytes: Buffer.byteLength(values.text) + values.content.length }
  const total = values.text.length + values.content.length + values.headings.length
  if (total <= partLength) return { parts: [values], starts: [0], ...sizes }
  const pieces = piecesOf(values.text)
  const starts = pieces.map((_, index) => pieces.slice(0, index).reduce((sum, piece) => sum + piece.length, 0))
  return { starts, parts: fields.flatMap((field) => piecesOf(values[field]).map((piece) => ({ [field]: piece }))), ...sizes }
}

/** Pieces that do not cut a character in two: each is stored as UTF-8 of its own. */
function piecesOf(text: string): string[] {
  const pieces: string[] = []
  for (let start = 0; start < text.length;) {
    let end = Math.min(start + partLength, text.length)
    const last = text.charCodeAt(end - 1)
    if (end < text.length && last >= 0xd8_00 && last <= 0xdb_ff) end--
    pieces.push(text.slice(start, end))
    start = end
  }
  return pieces.length === 0 ? [''] : pieces
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    // The caller says that the stored text is damaged
    return null
  }
}
