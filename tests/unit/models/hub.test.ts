import { describe, expect, it } from 'vitest'
import { hubAddress, nextAddress } from '../../../engine/models/hub-client.ts'
import { hubError, statusError } from '../../../engine/models/hub-errors.ts'
import type { AkinError } from '../../../shared/errors.ts'

const file = { repository: 'makers/tiny', revision: 'main', path: 'onnx/model.onnx' }
const hub = new URL('https://hub.example')
const errorOf = (work: () => unknown): AkinError => {
  try {
    work()
  } catch (error) {
    return error as AkinError
  }
  throw new Error('nothing was thrown')
}

describe('redirects of a hub', () => {
  it('lead to other hosts, with encryption', () => {
    expect(nextAddress(hub, 'https://cdn.example/x', file).href).toBe('https://cdn.example/x')
    expect(nextAddress(new URL('https://hub.example/a/b'), '/c', file).href).toBe('https://hub.example/c')
    expect(nextAddress(new URL('http://127.0.0.1:1/'), 'https://cdn.example/x', file).href).toBe('https://cdn.example/x')
  })

  it('never lead from an encrypted address to an open one', () => {
    const error = errorOf(() => nextAddress(hub, 'http://hub.example/x', file))
    expect(error.code).toBe('blocked-address')
    expect(error.message).toBe('hub.example sends the download of onnx/model.onnx to an address without encryption')
    expect(error.advice).toMatch(/Akin does not follow it/)
  })

  it('carry no name and password along', () => {
    expect(nextAddress(hub, 'https://me:secret@cdn.example/x', file).href).toBe('https://cdn.example/x')
  })

  it('lead nowhere but to web addresses', () => {
    for (const location of ['file:///etc/passwd', 'data:text/plain,x', 'http://[']) {
      expect(errorOf(() => nextAddress(hub, location, file)).code).toBe('blocked-address')
    }
  })
})

describe('the address of a hub', () => {
  it('may have a path, and nothing else', () => {
    expect(hubAddress('https://mirror.example/hf/').href).toBe('https://mirror.example/hf/')
    for (const address of ['', 'mirror', 'ftp://x', 'https://a:b@x', 'https://x?y', 'https://x#y']) {
      expect(errorOf(() => hubAddress(address)).code).toBe('bad-request')
    }
  })
})

describe('what a hub answers, in words', () => {
  it('reads Retry-After as seconds and as a date', () => {
    expect(statusError(429, '30', file, hub).details).toMatchObject({ retryAfterMs: 30_000 })
    const date = new Date(Date.now() + 60_000).toUTCString()
    const { retryAfterMs } = statusError(429, date, file, hub).details as { retryAfterMs: number }
    expect(Math.abs(retryAfterMs - 60_000)).toBeLessThan(5_000)
    expect(statusError(429, 'soon', file, hub).details).toMatchObject({ retryAfterMs: null })
    expect(statusError(503, '-5', file, hub).details).toMatchObject({ retryAfterMs: null })
  })

  it.each([
    ['ENOTFOUND', 'offline', true],
    ['ECONNREFUSED', 'offline', true],
    ['UND_ERR_CONNECT_TIMEOUT', 'offline', true],
    ['UND_ERR_BODY_TIMEOUT', 'timeout', true],
    ['UND_ERR_SOCKET', 'remote-failed', true],
    ['ECONNRESET', 'remote-failed', true],
    ['CERT_HAS_EXPIRED', 'tls-failed', false],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls-failed', false],
  ])('knows %s, even within other errors', (code, expected, isRetryable) => {
    const inner = Object.assign(new Error('x'), { code })
    for (const error of [inner, new Error('fetch failed', { cause: inner }), new AggregateError([inner])]) {
      const known = hubError(error, { host: 'hub.example', path: 'a' }) as AkinError
      expect([known.code, known.retryable]).toEqual([expected, isRetryable])
      expect(known.message).toContain('hub.example')
    }
  })
})
