import { Pause, Play, RefreshCw, X } from 'lucide-react'
import { useMemo } from 'react'
import type { Job } from '../../../shared/model/job.ts'
import type { Command } from '../../app/commands/command.ts'
import { useCommands } from '../../app/commands/use-commands.ts'
import { useServices } from '../../app/services-context.ts'
import { useLatest } from '../../ui/use-latest.ts'
import { isActive } from './job-groups.ts'

interface ActivityCommandParts {
  /** In the order of the screen. */
  readonly jobs: readonly Job[]
  readonly current: Job | undefined
  readonly go: (id: number) => void
}

/** The keys of the activity screen. */
export function useActivityCommands(parts: ActivityCommandParts): void {
  const { jobs: store } = useServices()
  const latest = useLatest(parts)
  const { current } = parts
  const [id, state, failed] = [current?.id, current?.state, current?.counts.failed ?? 0]
  const commands = useMemo((): Command[] => {
    const move = (step: 1 | -1) => (): void => {
      const { jobs, go } = latest.current
      const next = jobs[Math.max(0, Math.min(jobs.length - 1, jobs.findIndex((job) => job.id === id) + step))]
      if (next === undefined) return
      go(next.id)
      document.querySelector<HTMLElement>(`[data-job="${next.id}"]`)?.focus()
    }
    const moving: Command[] = [
      { id: 'job.next', title: 'Next job', group: 'Moving', keys: ['j'], inPalette: false, run: move(1) },
      { id: 'job.previous', title: 'Previous job', group: 'Moving', keys: ['k'], inPalette: false, run: move(-1) },
    ]
    if (id === undefined || state === undefined) return moving
    const group = 'Activity' as const
    const active = isActive({ state } as Job)
    if (!active) {
      return failed === 0
        ? moving
        : [
            ...moving,
            {
              id: 'job.retry',
              title: 'Retry what failed in this job',
              group,
              icon: RefreshCw,
              keys: ['r'],
              run: () => store.retry(id),
            },
          ]
    }
    return [
      ...moving,
      state === 'paused'
        ? { id: 'job.resume', title: 'Resume this job', group, icon: Play, keys: ['p'], run: () => store.resume(id) }
        : { id: 'job.pause', title: 'Pause this job', group, icon: Pause, keys: ['p'], run: () => store.pause(id) },
      { id: 'job.cancel', title: 'Cancel this job', group, icon: X, keys: ['Delete'], run: () => store.cancel(id) },
    ]
  }, [store, latest, id, state, failed])
  useCommands('activity', commands)
}
