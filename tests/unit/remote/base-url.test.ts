import { describe, expect, it } from 'vitest'
import { checkedBaseUrl, isThisComputer } from '../../../engine/embedding/remote/base-url.ts'

const refusal = (code: string): unknown => expect.objectContaining({ code })

describe('the address of a service', () => {
  it.each([
    ['https://api.openai.com/v1', 'https://api.openai.com/v1'],
    [' https://API.openai.com/v1/ ', 'https://api.openai.com/v1'],
    ['https://api.openai.com/v1/embeddings', 'https://api.openai.com/v1'],
    ['https://gateway.example:8443', 'https://gateway.example:8443'],
    ['http://localhost:11434/v1', 'http://localhost:11434/v1'],
    ['http://127.0.0.1:1234/v1', 'http://127.0.0.1:1234/v1'],
    ['http://[::1]:1234/v1', 'http://[::1]:1234/v1'],
    ['http://192.168.1.20:8000/v1', 'http://192.168.1.20:8000/v1'],
    ['http://10.0.0.5/v1', 'http://10.0.0.5/v1'],
    ['http://100.101.102.103:11434/v1', 'http://100.101.102.103:11434/v1'],
    ['http://nas:11434/v1', 'http://nas:11434/v1'],
    ['http://studio.local/v1', 'http://studio.local/v1'],
  ])('%s is kept as %s', (address, kept) => {
    expect(checkedBaseUrl(address)).toBe(kept)
  })

  it.each([
    '',
    'localhost:11434',
    'api.openai.com/v1',
    'ftp://x.example',
    'file:///etc/passwd',
    'https://',
    'https://key@api.openai.com/v1',
    'https://me:sk-secret@api.openai.com/v1',
    'https://x.example/v1?api_key=sk-secret',
    'https://x.example/v1#a',
  ])('%j is refused, and nothing of it is told', (address) => {
    expect(() => checkedBaseUrl(address)).toThrow(refusal('bad-request'))
    expect(() => checkedBaseUrl(address)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }))
  })

  it.each(['http://8.8.8.8/v1', 'http://[2606:4700::1111]/v1', 'http://134744072/v1', 'http://0x08080808/v1'])(
    '%s is refused, since everybody on the way could read it',
    (address) => {
      expect(() => checkedBaseUrl(address)).toThrow(refusal('blocked-address'))
    },
  )

  it('is known to be this computer or another', () => {
    for (const own of ['http://localhost:1/v1', 'http://a.localhost/v1', 'http://127.9.9.9/v1', 'http://[::1]/v1'])
      expect(isThisComputer(own)).toBe(true)
    for (const other of ['http://192.168.1.2/v1', 'https://localhost.example/v1', 'http://nas/v1'])
      expect(isThisComputer(other)).toBe(false)
  })
})
