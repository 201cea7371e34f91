import type { Graph, GraphNode } from './onnx-graph.ts'

/**
 * Merged exports hold two decoders in one `If` that reads `use_cache_branch`: one for a whole text, one for a token after a past.
 * This puts the first, the `else_branch`, in the place of the `If`; other graphs are given back as they are. The names of
 * the outputs change: `outputName` tells the new one.
 */
export function liftBranchWithoutPast(graph: Graph): { graph: Graph; outputName: (name: string) => string } {
  const choice = graph.nodes.find(isChoiceOfPast)
  const branch = choice?.attributes.find(({ name }) => name === 'else_branch')?.graphs[0]
  if (choice === undefined || branch === undefined) return { graph, outputName: (name) => name }
  const names = new Map(choice.outputs.map((name, index) => [name, branch.outputs[index]!.name]))
  return {
    graph: {
      ...graph,
      nodes: graph.nodes.flatMap((node) => (node === choice ? branch.nodes : [node])),
      initializers: [...graph.initializers, ...branch.initializers],
    },
    outputName: (name) => names.get(name) ?? name,
  }
}

function isChoiceOfPast({ opType, inputs }: GraphNode): boolean {
  return opType === 'If' && inputs[0] === 'use_cache_branch'
}
