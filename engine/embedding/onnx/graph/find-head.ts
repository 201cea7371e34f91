import type { Graph, GraphNode, Initializer } from './onnx-graph.ts'

/** The matrix that turns hidden states into logits. */
export interface Head {
  /** Name of the hidden states that go into it. */
  readonly hiddenState: string
  /** Numbers that come out of it for each token; `null` when the graph does not tell. */
  readonly outputWidth: number | null
}

/** What may lie between the head and the output: types, shapes, scales and biases. */
const handsOn = new Set(['Cast', 'Identity', 'Reshape', 'Mul', 'Add'])
const multiplies = new Set(['MatMul', 'Gemm', 'MatMulNBits', 'MatMulInteger', 'DynamicQuantizeMatMul', 'MatMulIntegerToFloat'])

/** Walks back from an output to the nearest multiplication by a matrix; `null` when there is not exactly one. */
export function findHead(graph: Graph, output: string): Head | null {
  const producers = new Map<string, GraphNode>()
  for (const node of graph.nodes) for (const name of node.outputs) producers.set(name, node)
  const heads = new Set<GraphNode>()
  const seen = new Set<string>()
  const open = [output]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = producers.get(name)
    if (seen.has(name) || node === undefined) continue
    seen.add(name)
    if (multiplies.has(node.opType)) heads.add(node)
    else if (handsOn.has(node.opType)) open.push(...node.inputs)
  }
  const [head, ...others] = heads
  if (head === undefined || others.length > 0) return null
  const input = head.inputs[0]!
  const quantiser = producers.get(input)
  return {
    // The head of a quantised model reads numbers of 8 bits: the hidden state is what they were made from
    hiddenState: quantiser?.opType === 'DynamicQuantizeLinear' ? quantiser.inputs[0]! : input,
    outputWidth: widthOf(head, graph.initializers, producers),
  }
}

function widthOf(head: GraphNode, initializers: readonly Initializer[], producers: Map<string, GraphNode>): number | null {
  const attribute = (node: GraphNode, name: string): number | undefined =>
    node.attributes.find((one) => one.name === name)?.integer
  if (head.opType === 'MatMulNBits') return attribute(head, 'N') ?? null
  let weights = head.inputs[1]!
  let isTransposed = head.opType === 'Gemm' && attribute(head, 'transB') === 1
  // A tied head is the table of words, turned round
  for (let node = producers.get(weights); node !== undefined; node = producers.get(weights)) {
    if (!['Transpose', 'Cast', 'DequantizeLinear', 'Identity'].includes(node.opType)) return null
    if (node.opType === 'Transpose') isTransposed = !isTransposed
    weights = node.inputs[0]!
  }
  const dims = initializers.find(({ name }) => name === weights)?.dims
  return dims?.length === 2 ? dims[isTransposed ? 0 : 1]! : null
}
