import { expect, it } from 'vitest'
import { checkModelFiles, modelFilesOf } from '../../../../../renderer/features/models/model-files.ts'

const found = (path: string, size = 1) => ({ path, file: { size } })

it('takes what belongs to a model, and leaves weights of other kinds and hidden files', () => {
  const files = [
    'm/onnx/model.onnx',
    'm/onnx/model.onnx_data',
    'm/tokenizer.json',
    'm/vocab.txt',
    'm/LICENSE',
    'm/pytorch_model.bin',
    'm/model.safetensors',
    'm/.git/config.json',
  ].map((path) => found(path))
  expect(modelFilesOf(files).map(({ path }) => path)).toEqual([
    'm/onnx/model.onnx',
    'm/onnx/model.onnx_data',
    'm/tokenizer.json',
    'm/vocab.txt',
    'm/LICENSE',
  ])
})

it('says at once what cannot be sent, and the way out', () => {
  expect(() => checkModelFiles([found('m/config.json')])).toThrow('There is no ONNX file in it')
  expect(() => checkModelFiles([found('m/model.onnx', 120_000_000)])).toThrow('The model has 120 MB')
  expect(() => checkModelFiles([found('model.zip', 30_000_000)])).not.toThrow()
})
