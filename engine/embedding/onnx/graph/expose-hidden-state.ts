import { AkinError } from '../../../../shared/errors.ts'
import { findHead } from './find-head.ts'
import { liftBranchWithoutPast } from './lift-branch.ts'
import { castToFloat32, float32Output, type Graph, type GraphValue } from './onnx-graph.ts'
import { hiddenStateOutput, logitsOutput, pooledOutput } from './output-names.ts'
import { keepOnly } from './prune.ts'

const otherFile = 'Choose another file of this model, or another model'

/**
 * A text-generation model shows scores for the next word and hides the states that embeddings are made of. This finds
 * them in front of the last matrix and makes them the only output, `last_hidden_state` in float32.
 *
 * @param dimension width of the hidden states by the model's own config, where it is known
 * @returns `null` when the graph already gives vectors and must stay as it is
 * @throws AkinError `model-failed` with the reason when the states cannot be found
 */
export function exposeHiddenState(graph: Graph, dimension?: number): Graph | null {
  const names = graph.outputs.map(({ name }) => name)
  if (hiddenStateOutput(names) !== undefined || pooledOutput(names) !== undefined) return null
  const { graph: lifted, outputName } = liftBranchWithoutPast(graph)
  const known = logitsOutput(names)
  const output = graph.outputs.find(({ name }) => name === known) ?? graph.outputs[0]
  if (output === undefined) throw refusal('It gives nothing', otherFile)
  const head = findHead(lifted, outputName(output.name))
  if (known === undefined) {
    // Without a known name the width decides: the model zoo calls hidden states and logits alike “output1”
    const width = head?.outputWidth ?? lastSize(output)
    if (head === null || (dimension !== undefined && width === dimension)) return null
    if (dimension === undefined || width === null)
      throw refusal('It does not say whether it gives vectors or scores for words', 'Add its config.json, which tells')
  } else if (output.shape.length === 2) {
    throw refusal('It sorts texts into classes and gives no vectors', otherFile)
  }
  if (head === null) throw refusal('It gives scores for words, and its vectors could not be found in it', otherFile)
  const name = freeName(lifted, 'last_hidden_state')
  const nodes = [...lifted.nodes, castToFloat32(head.hiddenState, name)]
  return keepOnly({ ...lifted, nodes }, [float32Output(name)])
}

function lastSize({ shape }: GraphValue): number | null {
  const last = shape.at(-1)
  return typeof last === 'number' ? last : null
}

function freeName({ nodes, initializers, inputs }: Graph, wanted: string): string {
  const taken = new Set([...nodes.flatMap(({ outputs }) => outputs), ...[...initializers, ...inputs].map(({ name }) => name)])
  let name = wanted
  for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`
  return name
}

function refusal(reason: string, advice: string): AkinError {
  return new AkinError('model-failed', `This model file cannot be used. ${reason}`, { advice })
}
