import type { Database } from '../../platform/database.ts'

/** The table of one space's vectors; a space of its own table drops and scans quickly. */
export function vectorTable(spaceId: number): string {
  return `vectors_${spaceId}`
}

export function spaceIds(database: Database): number[] {
  return database.all('SELECT id FROM spaces ORDER BY id').map((row) => Number(row.id))
}

export function defaultSpaceId(database: Database): number | undefined {
  const row = database.get('SELECT id FROM spaces WHERE is_default = 1')
  return row === undefined ? undefined : Number(row.id)
}
