import {
  MongoBulkWriteError,
  MongoCompatibilityError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { AkinError } from '../../../../shared/errors.ts'
import { isInterrupted, mongoError } from '../../../../engine/library/mongo/mongo-errors.ts'

const secret = 'mongodb://me:s3cret@db.example.org'

/** As the driver tells that it found no server: with what went wrong at each. */
function selection(cause: Error): MongoServerSelectionError {
  return new MongoServerSelectionError(`Server selection timed out for ${secret}`, {
    servers: new Map([['db.example.org:27017', { error: new MongoNetworkError(secret, { cause }) }]]),
  } as never)
}

const system = (code: string): Error => Object.assign(new Error(`${code} ${secret}`), { code })
const server = (code: number): MongoServerError => new MongoServerError({ message: secret, code })
const bulk = new MongoBulkWriteError({ message: secret, code: 14_031, writeErrors: [] }, { ok: 0 } as never)

const cases: [string, Error, object][] = [
  ['a name that is not known', selection(system('ENOTFOUND')), { code: 'offline', retryable: true }],
  ['no network', selection(system('ENETUNREACH')), { code: 'offline', message: expect.stringContaining('no network') }],
  [
    'a refused connection',
    selection(system('ECONNREFUSED')),
    { code: 'unavailable', message: expect.stringContaining('refused') },
  ],
  ['a certificate that is not trusted', selection(system('DEPTH_ZERO_SELF_SIGNED_CERT')), { code: 'tls-failed' }],
  ['a certificate without its chain', selection(system('UNABLE_TO_VERIFY_LEAF_SIGNATURE')), { code: 'tls-failed' }],
  ['a server that does not speak TLS', selection(system('ERR_SSL_WRONG_VERSION_NUMBER')), { code: 'tls-failed' }],
  ['a wrong password', server(18), { code: 'key-rejected' }],
  ['a wrong password at Atlas', server(8_000), { code: 'key-rejected' }],
  ['a user who may only read', server(13), { code: 'library-read-only' }],
  ['a server that is not the primary', server(10_107), { code: 'unavailable', message: expect.stringContaining('primary') }],
  ['a primary that stepped down', server(189), { code: 'unavailable', retryable: true }],
  ['a full disk', server(14_031), { code: 'disk-full' }],
  ['a full disk in the middle of many writes', bulk, { code: 'disk-full' }],
  ['a server that is too old', new MongoCompatibilityError(secret), { message: expect.stringContaining('too old') }],
  ['a call that took too long', new MongoNetworkTimeoutError(secret), { code: 'timeout', retryable: true }],
  ['a connection that was cut', new MongoNetworkError(secret), { code: 'unavailable', retryable: true }],
  ['a connection that was closed', new MongoTopologyClosedError(secret), { code: 'unavailable' }],
  ['anything else of the server', server(1), { code: 'store-write-failed' }],
]

describe('mongoError', () => {
  it.each(cases)('says in plain words, and without the address: %s', (_, error, expected) => {
    const told = mongoError(error)
    expect(told).toBeInstanceOf(AkinError)
    expect(told).toMatchObject(expected)
    expect((told as AkinError).message).toMatch(/^[A-Z].*[^.]$/)
    expect((told as AkinError).advice).toBeTruthy()
    expect(inspect(told, { depth: 20 })).not.toContain('s3cret')
  })

  it('leaves what is not of the driver as it is', () => {
    for (const error of [new Error('a bug'), new AkinError('not-found', 'Nothing'), 'text', undefined]) {
      expect(mongoError(error)).toBe(error)
    }
  })
})

describe('isInterrupted', () => {
  it('is true only where nothing is known of what became of a command', () => {
    expect(isInterrupted(new MongoNetworkError('cut'))).toBe(true)
    expect(isInterrupted(new MongoNetworkTimeoutError('slow'))).toBe(true)
    expect(isInterrupted(server(189))).toBe(true)
    for (const error of [server(18), server(14_031), new Error('a bug')]) expect(isInterrupted(error)).toBe(false)
  })
})
