import { describe, expect, it } from 'vitest'
import { createRateMeter } from '../../../engine/jobs/rate-meter.ts'

describe('the rate of a job', () => {
  it('is not known before a second has passed', () => {
    const meter = createRateMeter()
    expect(meter.perSecond(0)).toBeNull()
    meter.count(0, 0)
    meter.count(50, 900)
    expect(meter.perSecond(900)).toBeNull()
    meter.count(60, 1_000)
    expect(meter.perSecond(1_000)).toBe(60)
  })

  it('is that of the last half minute', () => {
    const meter = createRateMeter()
    for (let second = 0; second <= 60; second++) meter.count(100 * second, 1_000 * second)
    for (let second = 61; second <= 120; second++) meter.count(6_000 + second - 60, 1_000 * second)
    expect(meter.perSecond(120_000)).toBeCloseTo(1, 1)
  })

  it('falls while nothing is completed', () => {
    const meter = createRateMeter()
    meter.count(0, 0)
    meter.count(100, 10_000)
    expect(meter.perSecond(10_000)).toBe(10)
    expect(meter.perSecond(20_000)).toBe(5)
  })

  it('keeps few notes of a job that reports all the time, and tells the same rate', () => {
    const meter = createRateMeter()
    for (let at = 0; at <= 10_000; at++) meter.count(at * 2, at)
    expect(meter.perSecond(10_000)).toBeCloseTo(2_000, -1)
  })
})
