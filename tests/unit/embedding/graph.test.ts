import { describe, expect, it } from 'vitest'
import { exposeHiddenState } from '../../../engine/embedding/onnx/graph/expose-hidden-state.ts'
import { findHead } from '../../../engine/embedding/onnx/graph/find-head.ts'
import {
  decodeModel,
  encodeModel,
  type Attribute,
  type Graph,
  type GraphNode,
} from '../../../engine/embedding/onnx/graph/onnx-graph.ts'
import { fieldsOf, numberField, numbersOf, stringField, stringOf, wrapped } from '../../../engine/embedding/onnx/graph/wire.ts'

const node = (opType: string, inputs: string[], outputs: string[], attributes: Attribute[] = []): GraphNode => ({
  opType,
  inputs,
  outputs,
  attributes,
  bytes: [],
})
const matrix = (name: string, ...dims: number[]) => ({ name, dims, externalFile: undefined, bytes: [] })
const value = (name: string, ...shape: (number | string)[]) => ({ name, shape, bytes: [] })
const graphOf = (parts: Partial<Graph>): Graph => ({ nodes: [], initializers: [], inputs: [], outputs: [], others: [], ...parts })

const layers = [
  node('Gather', ['words', 'input_ids'], ['embedded']),
  node('Block', ['embedded', 'past.0'], ['hidden', 'present.0']),
]
const logits = value('logits', 'batch', 'length', 100)
const inputs = [value('input_ids', 'batch', 'length'), value('past.0', 'batch', 'past')]

describe('the head of a text-generation graph', () => {
  it.each([
    ['an own matrix', [node('MatMul', ['hidden', 'head'], ['logits'])]],
    [
      'the table of words turned round',
      [node('Transpose', ['words'], ['turned']), node('MatMul', ['hidden', 'turned'], ['logits'])],
    ],
    ['a bias behind it', [node('MatMul', ['hidden', 'head'], ['product']), node('Add', ['product', 'bias'], ['logits'])]],
    [
      '8 bits',
      [
        node('DynamicQuantizeLinear', ['hidden'], ['small', 'scale', 'zero']),
        node('MatMulInteger', ['small', 'head', 'zero'], ['product']),
        node('Cast', ['product'], ['cast']),
        node('Mul', ['scale', 'headScale'], ['scales']),
        node('Mul', ['cast', 'scales'], ['logits']),
      ],
    ],
  ])('is found with %s', (_, head) => {
    const graph = graphOf({
      nodes: [...layers, ...head],
      initializers: [matrix('words', 100, 8), matrix('head', 8, 100)],
      inputs,
      outputs: [logits, value('present.0')],
    })
    expect(findHead(graph, 'logits')).toEqual({ hiddenState: 'hidden', outputWidth: 100 })
    const changed = exposeHiddenState(graph)!
    expect(changed.outputs.map(({ name }) => name)).toEqual(['last_hidden_state'])
    expect(changed.nodes.map(({ opType }) => opType)).toEqual(['Gather', 'Block', 'Cast'])
    expect(changed.initializers.map(({ name }) => name)).toEqual(['words'])
    expect(changed.inputs.map(({ name }) => name)).toEqual(['input_ids', 'past.0'])
  })

  it('is not guessed when there are two, or none', () => {
    const two = [
      node('MatMul', ['hidden', 'a'], ['x']),
      node('MatMul', ['hidden', 'b'], ['y']),
      node('Add', ['x', 'y'], ['logits']),
    ]
    const none = [node('Softmax', ['hidden'], ['logits'])]
    for (const head of [two, none]) {
      const graph = graphOf({ nodes: [...layers, ...head], inputs, outputs: [logits] })
      expect(() => exposeHiddenState(graph)).toThrow(/could not be found/)
    }
  })

  it('is looked for in the branch without a past, and the past is gone with the other', () => {
    const branch = graphOf({
      nodes: [node('Block', ['embedded'], ['hidden']), node('MatMul', ['hidden', 'head'], ['branchLogits'])],
      outputs: [value('branchLogits'), value('branchPresent')],
    })
    const withPast = graphOf({ nodes: [node('Block', ['embedded', 'past.0'], ['other'])], outputs: [value('other')] })
    const choice = node(
      'If',
      ['use_cache_branch'],
      ['logits', 'present.0'],
      [
        { name: 'then_branch', graphs: [withPast], integer: undefined },
        { name: 'else_branch', graphs: [branch], integer: undefined },
      ],
    )
    const changed = exposeHiddenState(
      graphOf({
        nodes: [layers[0]!, choice],
        initializers: [matrix('words', 100, 8), matrix('head', 8, 100)],
        inputs: [...inputs, value('use_cache_branch', 1)],
        outputs: [logits, value('present.0')],
      }),
    )!
    expect(changed.nodes.map(({ opType }) => opType)).toEqual(['Gather', 'Block', 'Cast'])
    expect(changed.inputs.map(({ name }) => name)).toEqual(['input_ids'])
  })

  it('keeps what a graph within a node reads', () => {
    const body = graphOf({ nodes: [node('Add', ['embedded', 'outer'], ['inner'])], outputs: [value('inner')] })
    const loop = node('If', ['flag'], ['hidden'], [{ name: 'then_branch', graphs: [body], integer: undefined }])
    const graph = graphOf({
      nodes: [layers[0]!, loop, node('MatMul', ['hidden', 'head'], ['logits'])],
      initializers: [matrix('words', 100, 8), matrix('outer', 8), matrix('flag', 1), matrix('head', 8, 100)],
      inputs,
      outputs: [logits],
    })
    expect(exposeHiddenState(graph)!.initializers.map(({ name }) => name)).toEqual(['words', 'outer', 'flag'])
  })

  it('is none in a graph that gives vectors: it stays as it is', () => {
    for (const name of ['last_hidden_state', 'sentence_embedding'])
      expect(
        exposeHiddenState(graphOf({ nodes: [node('MatMul', ['hidden', 'head'], [name])], outputs: [value(name)] })),
      ).toBeNull()
  })

  it('is told from a projection by its width where the output has no known name', () => {
    const graph = graphOf({
      nodes: [...layers, node('MatMul', ['hidden', 'head'], ['output1'])],
      initializers: [matrix('head', 8, 16)],
      outputs: [value('output1', 'a', 'b', 'c', 16)],
    })
    expect(exposeHiddenState(graph, 16)).toBeNull()
    expect(exposeHiddenState(graph, 8)).not.toBeNull()
    expect(() => exposeHiddenState(graph)).toThrow(/does not say/)
  })

  it('of a classifier is refused', () => {
    const graph = graphOf({ nodes: [node('Gemm', ['pooled', 'head'], ['logits'])], outputs: [value('logits', 'batch', 2)] })
    expect(() => exposeHiddenState(graph)).toThrow(/classes/)
  })
})

describe('protobuf', () => {
  it('gives back every byte of what it does not know', () => {
    const unknown = [...numberField(77, 5), ...stringField(78, 'kept')]
    const graph = wrapped(7, [...stringField(2, 'main'), ...unknown])
    const bytes = Buffer.concat([...numberField(1, 8), ...graph, ...unknown])
    const model = decodeModel(bytes)
    expect(Buffer.concat(encodeModel(model, model.graph))).toEqual(bytes)
  })

  it('reads numbers alone and packed, negative and large', () => {
    const packed = wrapped(1, [Uint8Array.of(3, 0x96, 0x01)])
    const message = Buffer.concat([...packed, ...numberField(2, -7), ...numberField(3, 2 ** 40), ...stringField(4, 'é')])
    const fields = fieldsOf(message)
    expect(fields.slice(0, 3).map(numbersOf)).toEqual([[3, 150], [-7], [2 ** 40]])
    expect(stringOf(fields[3]!)).toBe('é')
  })

  it.each([
    ['a length beyond the end', Uint8Array.of(0x3a, 0xff, 0xff, 0x03, 1)],
    ['nothing', new Uint8Array(0)],
    ['text', Buffer.from('<!doctype html>')],
  ])('is not read from %s', (_, bytes) => {
    expect(() => decodeModel(bytes)).toThrow(/index out of range|no graph|invalid wire type|illegal/i)
  })
})
