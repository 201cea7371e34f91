import type { RetryRule } from './waits.ts'

/** How one kind of requests is made. */
export interface LaneRule {
  /** Under way at once. */
  readonly requests: number
  readonly gatherMs: number
  /** Of one try, from connecting to the last byte. */
  readonly timeoutMs: number
  readonly retry: RetryRule
}

export interface RemoteRules {
  readonly connectTimeoutMs: number
  readonly passages: LaneRule
  /** Of queries, for which somebody waits. */
  readonly queries: LaneRule
}

/** Passages wait for a service that is busy; a query is answered soon or by words alone. */
export const usualRules: RemoteRules = {
  connectTimeoutMs: 10_000,
  passages: {
    requests: 2,
    gatherMs: 10,
    timeoutMs: 120_000,
    retry: { tries: 6, baseMs: 1_000, maxMs: 30_000, patienceMs: 300_000 },
  },
  queries: { requests: 2, gatherMs: 0, timeoutMs: 20_000, retry: { tries: 3, baseMs: 250, maxMs: 2_000, patienceMs: 8_000 } },
}
