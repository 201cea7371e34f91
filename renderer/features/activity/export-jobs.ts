import type { Job, JobItem } from '../../../shared/model/job.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import { saveFile } from '../../ui/save-file.ts'
import { jobsToCsv } from './jobs-to-csv.ts'

const itemsPerPage = 500

/** Saves the list of jobs, with every item that failed or was skipped, as a table for other programs. */
export async function exportJobs(client: AkinClient, jobs: readonly Job[]): Promise<void> {
  const items = new Map<number, JobItem[]>()
  for (const { id, counts } of jobs) {
    if (counts.failed + counts.skipped > 0) items.set(id, await itemsOf(client, id))
  }
  saveFile(new Blob([jobsToCsv(jobs, items)], { type: 'text/csv' }), 'akin-activity.csv')
}

async function itemsOf(client: AkinClient, id: number): Promise<JobItem[]> {
  const all: JobItem[] = []
  for (;;) {
    const { items, totalItems } = await client.request('jobs.get', { id, offset: all.length, limit: itemsPerPage })
    all.push(...items)
    if (items.length === 0 || all.length >= totalItems) return all
  }
}
