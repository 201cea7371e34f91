import { fieldsOf, numberField, numbersOf, stringField, stringOf, wrapped, type Field, type Parts } from './wire.ts'

/** Field numbers of onnx.proto (onnx/onnx, Apache-2.0). */
const inModel = { graph: 7 } as const
const inGraph = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13, sparseInitializer: 15 } as const
const inNode = { input: 1, output: 2, opType: 4, attribute: 5 } as const
const inAttribute = { name: 1, integer: 3, graph: 6, graphs: 11, type: 20 } as const
const inTensor = { dims: 1, name: 8, externalData: 13 } as const
const inSparseTensor = { values: 1 } as const
const inValue = { name: 1, type: 2 } as const
const inType = { tensor: 1 } as const
const inTensorType = { elementType: 1, shape: 2 } as const
const inShape = { dim: 1 } as const
const inDim = { value: 1, name: 2 } as const
const inEntry = { key: 1, value: 2 } as const
const integerAttribute = 2
const float32 = 1

/** An ONNX model taken apart as far as is needed to find and move its parts. */
export interface OnnxModelFile {
  readonly fields: readonly Field[]
  readonly graph: Graph
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly initializers: readonly Initializer[]
  readonly inputs: readonly GraphValue[]
  readonly outputs: readonly GraphValue[]
  /** Everything else, as it was: name, documentation, annotations. */
  readonly others: Parts
}

export interface GraphNode {
  readonly opType: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly bytes: Parts
  readonly attributes: readonly Attribute[]
}

export interface Attribute {
  readonly name: string
  /** Graphs within the attribute: the branches of an `If`, the body of a `Loop`. */
  readonly graphs: readonly Graph[]
  readonly integer: number | undefined
}

export interface Initializer {
  readonly name: string
  readonly dims: readonly number[]
  /** The file that holds the values, beside the model; `undefined` when they are in the model itself. */
  readonly externalFile: string | undefined
  readonly bytes: Parts
}

/** An input or output with its shape; a dimension without a fixed size is its name, or null without one. */
export interface GraphValue {
  readonly name: string
  readonly shape: readonly (number | string | null)[]
  readonly bytes: Parts
}

/** @throws Error, RangeError when the bytes are no ONNX model */
export function decodeModel(bytes: Uint8Array): OnnxModelFile {
  const fields = fieldsOf(bytes)
  const graph = fields.find(({ number }) => number === inModel.graph)
  if (graph?.content === undefined) throw new Error('There is no graph in it')
  return { fields, graph: decodeGraph(graph.content) }
}

/** The model with another graph. */
export function encodeModel({ fields }: OnnxModelFile, graph: Graph): Parts {
  return fields.flatMap((field) => (field.number === inModel.graph ? wrapped(inModel.graph, encodeGraph(graph)) : [field.raw]))
}

function decodeGraph(content: Uint8Array): Graph {
  const fields = fieldsOf(content)
  const known = new Set<number>(Object.values(inGraph))
  return {
    nodes: all(fields, inGraph.node).map(decodeNode),
    initializers: [
      ...all(fields, inGraph.initializer).map((field) => decodeTensor(field, field)),
      ...all(fields, inGraph.sparseInitializer).map(decodeSparseTensor),
    ],
    inputs: all(fields, inGraph.input).map(decodeValue),
    outputs: all(fields, inGraph.output).map(decodeValue),
    others: fields.filter(({ number }) => !known.has(number)).map(({ raw }) => raw),
  }
}

/** What is known of values in between is left out: it may name what is no longer there, and is inferred anew. */
function encodeGraph({ nodes, initializers, inputs, outputs, others }: Graph): Parts {
  return [...nodes, ...initializers, ...inputs, ...outputs].flatMap(({ bytes }) => bytes).concat(others)
}

function decodeNode(field: Field): GraphNode {
  const fields = fieldsOf(field.content!)
  return {
    opType: textOf(fields, inNode.opType),
    inputs: all(fields, inNode.input).map(stringOf),
    outputs: all(fields, inNode.output).map(stringOf),
    attributes: all(fields, inNode.attribute).map(decodeAttribute),
    bytes: [field.raw],
  }
}

function decodeAttribute(field: Field): Attribute {
  const fields = fieldsOf(field.content!)
  const integer = fields.find(({ number }) => number === inAttribute.integer)
  return {
    name: textOf(fields, inAttribute.name),
    graphs: [...all(fields, inAttribute.graph), ...all(fields, inAttribute.graphs)].map(({ content }) => decodeGraph(content!)),
    integer: integer === undefined ? undefined : numbersOf(integer)[0],
  }
}

function decodeTensor(tensor: Field, whole: Field): Initializer {
  const fields = fieldsOf(tensor.content!)
  const entries = all(fields, inTensor.externalData).map(({ content }) => fieldsOf(content!))
  const location = entries.find((entry) => textOf(entry, inEntry.key) === 'location')
  return {
    name: textOf(fields, inTensor.name),
    dims: all(fields, inTensor.dims).flatMap(numbersOf),
    externalFile: location === undefined ? undefined : textOf(location, inEntry.value),
    bytes: [whole.raw],
  }
}

function decodeSparseTensor(field: Field): Initializer {
  return decodeTensor(
    fieldsOf(field.content!).find(({ number }) => number === inSparseTensor.values)!,
    field,
  )
}

function decodeValue(field: Field): GraphValue {
  const fields = fieldsOf(field.content!)
  const tensor = inside(inside(fields, inValue.type), inType.tensor)
  const dims = all(inside(tensor, inTensorType.shape), inShape.dim).map(({ content }) => fieldsOf(content!))
  const shape = dims.map((dim) => {
    const size = dim.find(({ number }) => number === inDim.value)
    if (size !== undefined) return numbersOf(size)[0]!
    return textOf(dim, inDim.name) || null
  })
  return { name: textOf(fields, inValue.name), shape, bytes: [field.raw] }
}

/** A node that hands on a value as float32 under another name; free when it is float32 already. */
export function castToFloat32(from: string, to: string): GraphNode {
  const attribute = [
    stringField(inAttribute.name, 'to'),
    numberField(inAttribute.integer, float32),
    numberField(inAttribute.type, integerAttribute),
  ].flat()
  const node = [
    stringField(inNode.input, from),
    stringField(inNode.output, to),
    stringField(inNode.opType, 'Cast'),
    wrapped(inNode.attribute, attribute),
  ].flat()
  return { opType: 'Cast', inputs: [from], outputs: [to], attributes: [], bytes: wrapped(inGraph.node, node) }
}

/** An output of float32 without a shape. */
export function float32Output(name: string): GraphValue {
  const type = wrapped(inType.tensor, numberField(inTensorType.elementType, float32))
  const value = [...stringField(inValue.name, name), ...wrapped(inValue.type, type)]
  return { name, shape: [], bytes: wrapped(inGraph.output, value) }
}

function all(fields: readonly Field[], number: number): Field[] {
  return fields.filter((field) => field.number === number)
}

function inside(fields: readonly Field[], number: number): Field[] {
  const content = fields.find((field) => field.number === number)?.content
  return content === undefined ? [] : fieldsOf(content)
}

function textOf(fields: readonly Field[], number: number): string {
  const field = fields.find((one) => one.number === number)
  return field === undefined ? '' : stringOf(field)
}
