import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fieldsOf, numberField, stringField, wrapped, type Field, type Parts } from '../../../engine/embedding/onnx/graph/wire.ts'

/** Field numbers of onnx.proto. */
const graph = 7
const initializer = 5
const rawData = 9
const externalData = 13
const dataLocation = 14
const external = 1

/**
 * A copy of a model whose larger weights lie in a file beside it, as exporters write models over 2 GB; gives that file.
 *
 * @param location as the model will have it
 */
export function withWeightsOutside(from: string, to: string, location: string): string {
  const parts: Uint8Array[] = []
  let offset = 0
  const moved = (tensor: Field): Parts => {
    const fields = fieldsOf(tensor.content!)
    const raw = fields.find(({ number }) => number === rawData)?.content
    if (raw === undefined || raw.length < 256) return [tensor.raw]
    const entry = (key: string, value: string): Parts => wrapped(externalData, [...stringField(1, key), ...stringField(2, value)])
    const kept = fields.filter(({ number }) => number !== rawData).map((field) => field.raw)
    const entries = [entry('location', location), entry('offset', `${offset}`), entry('length', `${raw.length}`)].flat()
    parts.push(raw)
    offset += raw.length
    return wrapped(initializer, [...kept, ...entries, ...numberField(dataLocation, external)])
  }
  const inGraph = (content: Uint8Array): Parts =>
    fieldsOf(content).flatMap((field) => (field.number === initializer ? moved(field) : [field.raw]))
  const model = fieldsOf(readFileSync(from)).flatMap((field) =>
    field.number === graph ? wrapped(graph, inGraph(field.content!)) : [field.raw],
  )
  writeFileSync(to, Buffer.concat(model))
  const data = normalize(join(dirname(to), location))
  writeFileSync(data, Buffer.concat(parts))
  return data
}
