import { z } from 'zod'
import { sha256 } from '../platform/hash.ts'

const SnapshotEntry = z.object({
  /** Counts up with every snapshot, and names its file. */
  generation: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.int().positive(),
  /** Vectors in it. */
  count: z.int().nonnegative(),
  /** The last change of the store that it holds. */
  sequence: z.int().nonnegative(),
})

/** What is known of one snapshot. */
export type SnapshotEntry = Readonly<z.infer<typeof SnapshotEntry>>

const SnapshotManifest = z.object({
  version: z.literal(1),
  spaceId: z.int().positive(),
  dimension: z.int().positive(),
  metric: z.enum(['inner-product', 'l2']),
  /** The newest first, and the one before it. */
  snapshots: z.array(SnapshotEntry).min(1).max(2),
})

/** Which snapshots of a space there are. */
export type SnapshotManifest = Readonly<z.infer<typeof SnapshotManifest>>

/**
 * The manifest as text: a line of JSON, and a line with its hash. Without it, a flipped digit of a sequence number would
 * leave vectors out of every search and never be noticed.
 */
export function formatManifest(manifest: SnapshotManifest): string {
  const json = JSON.stringify(manifest)
  return `${json}\n${sha256(json)}\n`
}

/** `null` for anything that `formatManifest` did not write. */
export function parseManifest(text: string): SnapshotManifest | null {
  const [json = '', hash] = text.split('\n')
  if (hash !== sha256(json)) return null
  try {
    return SnapshotManifest.safeParse(JSON.parse(json)).data ?? null
  } catch {
    return null // no JSON: as good as a wrong hash
  }
}
