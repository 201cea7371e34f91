import { describe, expect, it } from 'vitest'
import { backOffMs, durationMs, requestedWaitMs } from '../../../engine/embedding/remote/waits.ts'

const now = Date.parse('2026-11-24T12:00:00Z')
const waitOf = (headers: Record<string, string>): number | null => requestedWaitMs((name) => headers[name] ?? null, now)

describe('how long a service asks to be left alone', () => {
  it.each<[string, Record<string, string>, number | null]>([
    ['is not said', {}, null],
    ['is said in seconds', { 'retry-after': '2' }, 2_000],
    ['is said in parts of seconds', { 'retry-after': '0.5' }, 500],
    ['is said as a date', { 'retry-after': 'Tue, 24 Nov 2026 12:00:30 GMT' }, 30_000],
    ['is said as a date that is over', { 'retry-after': 'Tue, 24 Nov 2026 11:00:00 GMT' }, 0],
    ['is said in milliseconds', { 'retry-after-ms': '1234', 'retry-after': '9' }, 1_234],
    ['is said in no way that can be read', { 'retry-after': 'soon' }, null],
    [
      'follows from the limit that is reached',
      {
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      360_000,
    ],
    [
      'does not follow from limits that are not reached',
      { 'x-ratelimit-remaining-tokens': '9', 'x-ratelimit-reset-tokens': '6m0s' },
      null,
    ],
  ])('%s', (_title, headers, wait) => {
    expect(waitOf(headers)).toBe(wait)
  })

  it.each<[string | null, number | null]>([
    ['1s', 1_000],
    ['6m0s', 360_000],
    ['20ms', 20],
    ['1h2m3.5s', 3_723_500],
    ['7', 7_000],
    ['', null],
    ['soon', null],
    ['5 apples', null],
    [null, null],
  ])('%j is %j ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms)
  })
})

describe('the wait before another try', () => {
  const rule = { tries: 9, baseMs: 100, maxMs: 1_000, patienceMs: 60_000 }

  it('is anything up to a limit that doubles and then stays', () => {
    const most = [1, 2, 3, 4, 5, 9].map((tries) => backOffMs(rule, tries, () => 1))
    expect(most).toEqual([100, 200, 400, 800, 1_000, 1_000])
    expect(backOffMs(rule, 5, () => 0)).toBe(0)
    expect(backOffMs(rule, 2, () => 0.5)).toBe(100)
  })
})
