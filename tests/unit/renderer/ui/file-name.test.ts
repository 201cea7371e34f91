import { expect, it } from 'vitest'
import { fileNameOf } from '../../../../renderer/ui/file-name.ts'

it('makes a name that every file system takes', () => {
  expect(fileNameOf('A: “b/c” <d>?', 'md')).toBe('A “b c” d.md')
  expect(fileNameOf('...', 'md')).toBe('Untitled.md')
  expect(fileNameOf('x'.repeat(300), 'md')).toHaveLength(123)
})
