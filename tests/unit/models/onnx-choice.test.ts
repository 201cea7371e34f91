import { describe, expect, it } from 'vitest'
import { poolingOf } from '../../../engine/models/model-settings.ts'
import { chooseOnnx } from '../../../engine/models/onnx-choice.ts'

const choose = (...paths: string[]): string[] =>
  chooseOnnx(paths.map((path) => ({ path, bytes: 1 }))).map(({ id, file }) => `${id} ${file}`)

describe('which ONNX file is taken', () => {
  it('is the 8-bit one where there are several, and all others are offered', () => {
    expect(
      choose(
        'onnx/model.onnx',
        'onnx/model_fp16.onnx',
        'onnx/model_quantized.onnx',
        'onnx/model_int8.onnx',
        'onnx/model_q4f16.onnx',
      ),
    ).toEqual([
      'q8 onnx/model_quantized.onnx',
      'int8 onnx/model_int8.onnx',
      'fp32 onnx/model.onnx',
      'fp16 onnx/model_fp16.onnx',
      'q4f16 onnx/model_q4f16.onnx',
    ])
  })

  it('knows the names that sentence-transformers writes', () => {
    expect(
      choose('onnx/model.onnx', 'onnx/model_O3.onnx', 'onnx/model_qint8_avx512_vnni.onnx', 'onnx/model_quint8_avx2.onnx'),
    ).toEqual([
      'quint8-avx2 onnx/model_quint8_avx2.onnx',
      'fp32 onnx/model.onnx',
      'o3 onnx/model_O3.onnx',
      'qint8-avx512-vnni onnx/model_qint8_avx512_vnni.onnx',
    ])
  })

  it('is one of the folder onnx before one beside the tokenizer', () => {
    expect(choose('model.onnx', 'onnx/model_int8.onnx')).toEqual(['int8 onnx/model_int8.onnx'])
  })

  it('is any single file whatever its name', () => {
    expect(choose('gpt2-10.onnx')).toEqual(['fp32 gpt2-10.onnx'])
    expect(choose('onnx/decoder_model_quantized.onnx', 'onnx/decoder_with_past_model_quantized.onnx')).toEqual([
      'q8 onnx/decoder_model_quantized.onnx',
    ])
  })

  it('is none of several that belong together, and not the one that only goes on with a text', () => {
    expect(() => choose('onnx/encoder_model.onnx', 'onnx/decoder_model.onnx')).toThrow(/made of several models/)
    expect(() => choose('onnx/model.onnx', 'onnx/vision_model.onnx')).toThrow(/made of several models/)
    expect(() => choose('first.onnx', 'second.onnx')).toThrow(/made of several models: first, second/)
    expect(() => choose('onnx/decoder_with_past_model.onnx')).toThrow(/only goes on with texts/)
    expect(() => choose('model.gguf')).toThrow(/another format \(gguf\)/)
  })
})

describe('pooling in the words of sentence-transformers', () => {
  it.each([
    [{ pooling_mode_cls_token: true }, 'cls'],
    [{ pooling_mode_mean_tokens: true, pooling_mode_cls_token: false }, 'mean'],
    [{ pooling_mode_mean_sqrt_len_tokens: true }, 'mean'],
    [{ pooling_mode_weightedmean_tokens: true }, 'weighted-mean'],
    [{ pooling_mode_lasttoken: true }, 'last-token'],
    [{ pooling_mode: 'lasttoken' }, 'last-token'],
    [{ pooling_mode: 'something new' }, null],
    [{}, null],
  ])('%j is %s', (config, expected) => {
    expect(poolingOf(config)).toBe(expected)
  })

  it('is refused where Akin would give other vectors', () => {
    expect(() => poolingOf({ pooling_mode_max_tokens: true })).toThrow(/max pooling/)
    expect(() => poolingOf({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: true })).toThrow(
      /side by side \(cls, mean\)/,
    )
  })
})
