import { z } from 'zod'
import { Reason } from './document.ts'

/** `embed` reads what is new in the space that searches use, `fill` in any other; `model` downloads or imports one. */
export const jobKinds = ['import', 'embed', 'fill', 'model', 'rebuild'] as const
export type JobKind = (typeof jobKinds)[number]

/**
 * `queued → running ⇄ paused → done | failed | cancelled`. A job that was running when the engine died is
 * `queued` again at the next start and goes on where it was.
 */
export const jobStates = ['queued', 'running', 'paused', 'done', 'failed', 'cancelled'] as const
export type JobState = (typeof jobStates)[number]

export const JobId = z.int().positive()
export type JobId = number

export const Job = z.object({
  id: JobId,
  kind: z.enum(jobKinds),
  /** What a person reads: "Import of Documents". */
  title: z.string(),
  state: z.enum(jobStates),
  /** What `completed` and `total` count: files, passages, items, bytes. */
  unit: z.enum(['files', 'passages', 'items', 'bytes']),
  completed: z.int().nonnegative(),
  /** `null` while it is still being counted. */
  total: z.int().nonnegative().nullable(),
  /** Units a second over the last half minute; `null` when not running or not known yet. */
  ratePerSecond: z.number().nullable(),
  /** Seconds left at that rate. */
  remainingSeconds: z.number().nullable(),
  /** What became of the items so far. `unchanged` were there already. */
  counts: z.object({
    added: z.int().nonnegative(),
    updated: z.int().nonnegative(),
    unchanged: z.int().nonnegative(),
    skipped: z.int().nonnegative(),
    failed: z.int().nonnegative(),
  }),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** Why the whole job failed or was paused by itself. */
  error: Reason.nullable(),
})
export type Job = z.infer<typeof Job>

/** One item of a job that was skipped or failed. */
export const JobItem = z.object({
  id: z.int().positive(),
  outcome: z.enum(['skipped', 'failed']),
  name: z.string(),
  /** Folder or address, for telling apart items of one name. */
  location: z.string(),
  sizeBytes: z.int().nonnegative().nullable(),
  documentId: z.int().positive().nullable(),
  reason: Reason,
  canRetry: z.boolean(),
})
export type JobItem = z.infer<typeof JobItem>
