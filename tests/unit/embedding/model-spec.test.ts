import { describe, expect, it } from 'vitest'
import { builtInModel, spaceOf, type ModelSpec } from '../../../engine/embedding/model-spec.ts'

const { identity } = spaceOf(builtInModel)

describe('the identity of a space', () => {
  it('of the built-in model is the one that libraries have', () => {
    expect(identity).toBe(
      '{"model":"bge-small-en-v1.5","sha256":"6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4",' +
        '"pooling":"cls","normalised":true,"queryPrefix":"Represent this sentence for searching relevant passages: ",' +
        '"passagePrefix":"","maxInputTokens":512,"dimension":384}',
    )
  })

  it.each<Partial<ModelSpec>>([
    { weightsSha256: 'a' },
    { sourceSha256: 'a' },
    { externalData: [{ file: 'data', sha256: 'a' }] },
    { tokenizerSha256: 'a' },
    { output: 'pooler_output' },
    { pooling: 'mean' },
    { normalised: false },
    { maxInputTokens: 256 },
    { longTexts: 'windows' },
    { firstToken: '[CLS]' },
    { queryPrefix: '' },
    { passagePrefix: 'passage: ' },
  ])('is another when what changes a vector is another: %o', (change) => {
    expect(spaceOf({ ...builtInModel, ...change }).identity).not.toBe(identity)
  })

  it('tells windows by how far they overlap, and post-processing by its name', () => {
    const windows: ModelSpec = { ...builtInModel, longTexts: 'windows' }
    expect(spaceOf(windows).identity).toBe(spaceOf({ ...windows, windowOverlapTokens: 128 }).identity)
    expect(spaceOf(windows).identity).not.toBe(spaceOf({ ...windows, windowOverlapTokens: 0 }).identity)
    expect(spaceOf(builtInModel, 'centre:1').identity).not.toBe(identity)
  })

  it.each<Partial<ModelSpec>>([{ folder: 'elsewhere' }, { weightsFile: 'other.onnx' }, { isCausal: false }, { dtype: 'int8' }])(
    'stays the same when no vector changes: %o',
    (change) => {
      expect(spaceOf({ ...builtInModel, ...change }).identity).toBe(identity)
    },
  )

  it('is that of the published file when the loaded one was made from it', () => {
    const changed = { ...builtInModel, weightsSha256: 'made from it', sourceSha256: builtInModel.weightsSha256 }
    expect(spaceOf(changed).identity).toBe(identity)
  })
})
