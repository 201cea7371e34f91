import { setTimeout as sleep } from 'node:timers/promises'
import { AkinError } from '../../../shared/errors.ts'
import { heads, readHead, type Head } from './head.ts'
import type { MongoConnection } from './mongo-connection.ts'
import { mongoError } from './mongo-errors.ts'

/** Another process went on, since this one was silent for too long; nothing of the write was done. */
export class LeaseLost extends Error {}

/** How long a library waits for its turn to write before it gives up. */
const longestWaitMs = 60_000

/**
 * The right to write, of one process at a time. It is held for one call of the store. Whoever finds it held by a process
 * that does not move takes it over: with a higher term, so that the former holder cannot commit any more.
 */
export class WriteLease {
  readonly term: number
  readonly head: Head
  readonly #connection: MongoConnection
  readonly #timeoutMs: number
  readonly #timer: NodeJS.Timeout
  #isLost = false
  #confirmedAt = Date.now()

  private constructor(connection: MongoConnection, head: Head, timeoutMs: number) {
    this.#connection = connection
    this.head = head
    this.term = head.term
    this.#timeoutMs = timeoutMs
    this.#timer = setInterval(() => void this.#beat(), timeoutMs / 5)
    this.#timer.unref()
  }

  /**
   * Waits for its turn.
   * @param timeoutMs how long another process may be silent before its turn is over
   * @throws AkinError `library-locked` after a minute
   */
  static async acquire(connection: MongoConnection, timeoutMs: number): Promise<WriteLease> {
    const watch: Watch = { seen: '', since: 0, startedAt: Date.now(), pauseMs: 2 }
    for (;;) {
      const head = (await takeFree(connection, watch)) ?? (await takeOver(connection, watch, timeoutMs))
      if (head !== null) return new WriteLease(connection, head, timeoutMs)
      if (Date.now() - watch.startedAt > Math.max(longestWaitMs, timeoutMs * 3)) {
        throw new AkinError('library-locked', 'Another computer has been writing to the library for a minute', {
          advice: 'Try again in a moment',
          retryable: true,
        })
      }
      await sleep(watch.pauseMs)
      watch.pauseMs = Math.min(watch.pauseMs * 2, 40)
    }
  }

  /**
   * Chunk ids that no other write gets, even if this one comes to nothing; returns the first.
   * @throws LeaseLost
   */
  async drawChunks(count: number): Promise<number> {
    const head = await heads(this.#connection).findOneAndUpdate(
      { _id: 'head', term: this.term },
      { $inc: { chunks: count } },
      { returnDocument: 'after' },
    )
    if (head === null) throw new LeaseLost('another process went on')
    return head.chunks - count + 1
  }

  /**
   * To be called before each step: a process that slept must not go on writing.
   * @throws LeaseLost
   */
  async check(): Promise<void> {
    if (Date.now() - this.#confirmedAt > this.#timeoutMs / 2) await this.#beat(true)
    if (this.#isLost) throw new LeaseLost('another process went on')
  }

  /** Stops telling that it lives; the holder of the right is changed by whoever finishes or gives up the write. */
  stop(): void {
    clearInterval(this.#timer)
  }

  async #beat(isNeeded = false): Promise<void> {
    const startedAt = Date.now()
    try {
      const { matchedCount } = await heads(this.#connection).updateOne({ _id: 'head', term: this.term }, { $inc: { beat: 1 } })
      if (matchedCount === 0) this.#isLost = true
      else this.#confirmedAt = startedAt
    } catch (error) {
      // The next beat may get through; a step that depends on it says why it did not
      if (isNeeded) throw mongoError(error)
    }
  }
}

interface Watch {
  seen: string
  since: number
  readonly startedAt: number
  pauseMs: number
}

/** Who waits for its turn goes first for so long; it may have gone meanwhile. */
const courtesyMs = 150

/** Takes the right to write when nobody has it. */
async function takeFree(connection: MongoConnection, { startedAt }: Watch): Promise<Head | null> {
  const isPatient = Date.now() - startedAt < courtesyMs
  return heads(connection).findOneAndUpdate(
    { _id: 'head', holder: null, ...(isPatient ? { wanted: { $in: [null, connection.instance.id] } } : {}) },
    { $set: { holder: connection.instance, wanted: null }, $inc: { term: 1 } },
    { returnDocument: 'after' },
  )
}

/** Takes the right to write of a process that is gone, is this one, or has not moved for too long. */
async function takeOver(connection: MongoConnection, watch: Watch, timeoutMs: number): Promise<Head | null> {
  const head = await readHead(connection)
  if (head.holder === null) return null
  const seen = `${head.term}/${head.beat}`
  if (seen !== watch.seen) Object.assign(watch, { seen, since: performance.now() })
  const isGone = head.holder.id === connection.instance.id || isDead(connection, head)
  if (!isGone && performance.now() - watch.since < timeoutMs) {
    if (head.wanted === null)
      await heads(connection).updateOne({ _id: 'head', wanted: null }, { $set: { wanted: connection.instance.id } })
    return null
  }
  return heads(connection).findOneAndUpdate(
    { _id: 'head', term: head.term },
    { $set: { holder: connection.instance, wanted: null }, $inc: { term: 1 } },
    { returnDocument: 'after' },
  )
}

/**
 * True when the holder ran on this computer and its process is gone. Were another computer of the same name meant, its
 * write would be begun anew: the higher term keeps it from being done in half.
 */
function isDead({ instance }: MongoConnection, { holder }: Head): boolean {
  if (holder === null || holder.host !== instance.host) return false
  try {
    process.kill(holder.pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
