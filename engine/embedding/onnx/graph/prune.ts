import type { Graph, GraphNode, GraphValue } from './onnx-graph.ts'

/** The graph with other outputs, and only what they need of nodes, initialisers and inputs. */
export function keepOnly(graph: Graph, outputs: readonly GraphValue[]): Graph {
  const producers = new Map<string, GraphNode>()
  for (const node of graph.nodes) for (const output of node.outputs) producers.set(output, node)
  const needed = new Set<string>()
  const nodes = new Set<GraphNode>()
  const open = outputs.map(({ name }) => name)
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue
    needed.add(name)
    const node = producers.get(name)
    if (node === undefined || nodes.has(node)) continue
    nodes.add(node)
    open.push(...namesReadBy(node))
  }
  return {
    nodes: graph.nodes.filter((node) => nodes.has(node)),
    initializers: graph.initializers.filter(({ name }) => needed.has(name)),
    inputs: graph.inputs.filter(({ name }) => needed.has(name)),
    outputs,
    others: graph.others,
  }
}

/** Inputs of a node, and all that graphs within it read: they see the names outside of them. */
function namesReadBy(node: GraphNode): string[] {
  const graphs = node.attributes.flatMap(({ graphs: inner }) => inner)
  return [
    ...node.inputs.filter((name) => name !== ''),
    ...graphs.flatMap((graph) => [...graph.nodes.flatMap(namesReadBy), ...graph.outputs.map(({ name }) => name)]),
  ]
}
