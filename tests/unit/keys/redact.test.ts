import { describe, expect, it } from 'vitest'
import { checkedKey, keyNameOf, noKeys } from '../../../engine/keys/key-vault.ts'
import { hiddenKey, redact } from '../../../engine/keys/redact.ts'

const key = 'sk-proj-Zq8v/x+Y2"RmN0aB7cD4eF6gH1'

describe('a text from outside', () => {
  it.each([
    ['whole', `Incorrect API key provided: ${key}.`],
    ['in JSON', JSON.stringify({ message: `bad key ${key}` })],
    ['in an address', `https://x.test/?api_key=${encodeURIComponent(key)}&a=b`],
    ['in base64', `authorization ${Buffer.from(key).toString('base64')}`],
    ['in base64, after something else', `authorization ${Buffer.from(`user:${key}`).toString('base64')}`],
    ['by its beginning', `key ${key.slice(0, 14)}... was refused`],
    ['by its end', `the key that ends in ${key.slice(-9)} was refused`],
    ['twice', `${key} is not ${key}`],
    ['as a bearer', `Bearer ${key}`],
  ])('holds no key that stands in it %s', (_title, text) => {
    const shown = redact(text, [key])
    expect(shown).toContain(hiddenKey)
    for (let at = 0; at + 8 <= key.length; at++) expect(shown).not.toContain(key.slice(at, at + 8))
  })

  it.each(['', 'a', 'ab', 'abc'])('holds no key in base64 behind %j', (before) => {
    const inside = Buffer.from(key).toString('base64').slice(4, 20)
    const shown = redact(Buffer.from(`${before}${key}`).toString('base64'), [key])
    expect(shown).not.toContain(inside)
    expect(Buffer.from(shown.replaceAll(hiddenKey, ''), 'base64').toString('latin1')).not.toContain(key.slice(4, 20))
    expect(shown.length).toBeLessThan(20)
  })

  it('keeps the rest', () => {
    expect(redact(`Incorrect API key provided: ${key}. You can find it elsewhere`, [key])).toBe(
      `Incorrect API key provided: ${hiddenKey}. You can find it elsewhere`,
    )
    expect(redact('The model `nomic-embed-text` does not exist', [key])).toBe('The model `nomic-embed-text` does not exist')
  })

  it('holds nothing that looks like a key, also when the key is not known', () => {
    expect(redact('Incorrect API key provided: sk-abc****wxyz. Look', [])).toBe(`Incorrect API key provided: ${hiddenKey} Look`)
    expect(redact('authorization: Bearer abcdef.ghi', [null, undefined, ''])).toBe(`authorization: Bearer ${hiddenKey}`)
  })

  it('loses a short key as a whole', () => {
    expect(redact('the key “abc12” is wrong', ['abc12'])).toBe(`the key “${hiddenKey}” is wrong`)
  })
})

describe('a key that is typed in', () => {
  it('loses the spaces and line ends around it', () => {
    expect(checkedKey('  sk-abc\r\n')).toBe('sk-abc')
  })

  it.each(['', '   ', 'two words', 'line\nline', 'clé-à-part', 'x'.repeat(4_097), 'nul\0l', 'smart“quotes”'])(
    'is refused when it is %j, without being told',
    (value) => {
      const withoutIt = expect.not.stringContaining(value.trim() || 'nothing to tell')
      expect(() => checkedKey(value)).toThrow(expect.objectContaining({ code: 'bad-request', message: withoutIt }))
    },
  )
})

describe('the name of a key', () => {
  it('is the origin of the address, so that it goes nowhere else', () => {
    expect(keyNameOf('https://api.openai.com/v1')).toBe('https://api.openai.com')
    expect(keyNameOf('http://localhost:11434/v1')).toBe('http://localhost:11434')
    expect(keyNameOf('https://api.openai.com:8443/v1')).not.toBe(keyNameOf('https://api.openai.com/v1'))
  })
})

describe('a host without a place for keys', () => {
  it('has none, and says so when one is given', async () => {
    expect((await noKeys.describe()).kind).toBe('none')
    expect(await noKeys.get('a')).toBeNull()
    await expect(noKeys.set('a', key)).rejects.toMatchObject({ code: 'key-store-failed' })
    await noKeys.remove('a')
  })
})
