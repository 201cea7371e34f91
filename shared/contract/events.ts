import { z } from 'zod'
import { DocumentId } from '../model/document.ts'
import { Job, JobId } from '../model/job.ts'
import { LibraryStatus, Settings } from '../model/library.ts'

/** What the engine announces, by `area.noun`. Events only say that something changed or how far it is. */
export const events = {
  /** At most ten a second for one job; the last one always carries an end state. */
  'jobs.progress': z.object({ job: Job }),
  'jobs.removed': z.object({ ids: z.array(JobId) }),
  /** The store changed. `ids` is empty when too many changed to name. */
  'library.changed': z.object({ sequence: z.int().nonnegative(), ids: z.array(DocumentId) }),
  /** At most twice a second. */
  'library.status': LibraryStatus,
  'settings.changed': Settings,
  /** A space came, went, became the default, or its model changed its state. */
  'spaces.changed': z.object({}),
  /** A model was installed, removed, or is no longer whole. */
  'models.changed': z.object({}),
  /** Something a person should know that no screen shows: a process died and was started again, an index was rebuilt. */
  'engine.notice': z.object({ level: z.enum(['info', 'warning', 'error']), message: z.string(), detail: z.string().nullable() }),
  /** The engine process itself: lost, and back. Sent by the host. */
  'engine.state': z.object({ state: z.enum(['starting', 'ready', 'restarting', 'failed']), message: z.string().nullable() }),
} as const

export type Events = typeof events
export type EventName = keyof Events
export type EventPayload<N extends EventName> = z.output<Events[N]>

/** An event as it travels; `number` grows by one, so that a listener sees that it missed some. */
export interface EventMessage<N extends EventName = EventName> {
  readonly event: N
  readonly payload: EventPayload<N>
  readonly number: number
}

export function isEventName(name: unknown): name is EventName {
  return typeof name === 'string' && Object.hasOwn(events, name)
}
