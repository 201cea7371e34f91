import { describe, expect, it } from 'vitest'
import { outsideAddress } from '../../../electron/host-requests.ts'

describe('links', () => {
  it.each([
    ['https://example.org', 'https://example.org/'],
    ['HTTPS://Example.org/a b?c=d#e', 'https://example.org/a%20b?c=d#e'],
    ['mailto:a@example.org', 'mailto:a@example.org'],
    ['mailto:a+b@example.org?subject=The tide', 'mailto:a+b@example.org?subject=The%20tide'],
    ['mailto:a@example.org?attach=/etc/passwd&subject=x&ATTACHMENT=/b', 'mailto:a@example.org?subject=x'],
  ])('%s is opened as %s', (address, opened) => {
    expect(outsideAddress(address)).toBe(opened)
  })

  it.each([
    'http://example.org/',
    'file:///etc/hosts',
    'javascript:alert(1)',
    'data:text/html,x',
    'smb://server/share',
    'ms-msdt:/id',
    'vscode://file/x',
    'app://akin/',
    'https://user@example.org/',
    'https://user:word@example.org/',
  ])('%s is not opened', (address) => {
    expect(() => outsideAddress(address)).toThrow(expect.objectContaining({ code: 'not-allowed' }))
  })
})
