import { describe, expect, it } from 'vitest'
import {
  countOf,
  formatBytes,
  formatClock,
  formatDay,
  formatDuration,
  formatLongDay,
  formatMonth,
  formatNumber,
  formatRate,
  formatRemaining,
  formatWhen,
  languageName,
  readingTime,
  shortenPath,
} from '../../../../renderer/ui/format.ts'

describe('numbers', () => {
  it('groups thousands and counts in words', () => {
    expect(formatNumber(18_204)).toBe('18,204')
    expect(countOf(1, 'item')).toBe('1 item')
    expect(countOf(2_348, 'item')).toBe('2,348 items')
    expect(countOf(3, 'more', 'more')).toBe('3 more')
  })

  it('writes sizes in powers of ten, with one decimal where it tells something', () => {
    expect(formatBytes(0)).toBe('0 bytes')
    expect(formatBytes(1)).toBe('1 byte')
    expect(formatBytes(214_000)).toBe('214 kB')
    expect(formatBytes(3_100_000)).toBe('3.1 MB')
    expect(formatBytes(212_400_000)).toBe('212 MB')
    expect(formatBytes(999_900_000)).toBe('1.0 GB')
  })
})

describe('dates', () => {
  it('keeps a day that day in every time zone', () => {
    expect(formatDay('2025-02-15')).toBe('15 Feb 2025')
    expect(formatLongDay('2025-02-15')).toBe('15 February 2025')
    expect(formatMonth('2025-09-01')).toBe('Sep 2025')
  })

  it('says no more than is known', () => {
    expect(formatDay('2025-02')).toBe('Feb 2025')
    expect(formatDay('1890')).toBe('1890')
  })

  it('shows what it cannot read as it is', () => {
    expect(formatDay('last spring')).toBe('last spring')
    expect(formatClock('noon')).toBe('noon')
  })

  it('names today and yesterday', () => {
    const now = new Date(2025, 10, 3, 12)
    expect(formatWhen(new Date(2025, 10, 3, 8, 55).toISOString(), now)).toBe('Today, 08:55')
    expect(formatWhen(new Date(2025, 10, 2, 23, 5).toISOString(), now)).toBe('Yesterday, 23:05')
    expect(formatWhen(new Date(2025, 8, 9, 7, 0).toISOString(), now)).toBe('9 Sep 2025, 07:00')
  })
})

describe('spans of time', () => {
  it('is exact below ten minutes and round above', () => {
    expect(formatDuration(11)).toBe('11 s')
    expect(formatDuration(160)).toBe('2 min 40 s')
    expect(formatDuration(120)).toBe('2 min')
    expect(formatDuration(1_000)).toBe('17 min')
    expect(formatDuration(3_900)).toBe('1 h 5 min')
  })

  it('rounds an estimate as one would say it', () => {
    expect(formatRemaining(0.4)).toBe('nearly done')
    expect(formatRemaining(9.2)).toBe('about 9 s left')
    expect(formatRemaining(33)).toBe('about 35 s left')
    expect(formatRemaining(361)).toBe('about 6 min left')
    expect(formatRemaining(5_400)).toBe('about 1.5 h left')
    expect(formatRate(28.4)).toBe('28 a second')
    expect(formatRate(0.42)).toBe('0.4 a second')
  })

  it('gives at least a minute to read', () => {
    expect(readingTime(20)).toBe('1 min')
    expect(readingTime(1_380)).toBe('6 min')
  })
})

describe('names', () => {
  it('names a language, and keeps what is none', () => {
    expect(languageName('de')).toBe('German')
    expect(languageName('???')).toBe('???')
  })

  it('takes out the middle of a long path', () => {
    expect(shortenPath('/home/me/Documents/Old/2009/letters/a.pdf', 20)).toHaveLength(20)
    expect(shortenPath('/home/me/Documents/Old/2009/letters/a.pdf', 20)).toMatch(/^\/home.*….*a\.pdf$/)
    expect(shortenPath('notes/a.md', 20)).toBe('notes/a.md')
  })
})
