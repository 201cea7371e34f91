import { describe, expect, it } from 'vitest'
import { formatManifest, parseManifest, type SnapshotManifest } from '../../../engine/vectors/snapshot-manifest.ts'

const manifest: SnapshotManifest = {
  version: 1,
  spaceId: 3,
  dimension: 384,
  metric: 'inner-product',
  snapshots: [
    { generation: 8, sha256: 'a'.repeat(64), sizeBytes: 1_000, count: 2, sequence: 41 },
    { generation: 7, sha256: 'b'.repeat(64), sizeBytes: 900, count: 1, sequence: 30 },
  ],
}

describe('a snapshot manifest', () => {
  it('is the same after writing and reading', () => {
    expect(parseManifest(formatManifest(manifest))).toEqual(manifest)
  })

  it('is nothing when any single bit of it was flipped', () => {
    const bytes = Buffer.from(formatManifest(manifest))
    for (let place = 0; place < bytes.length - 1; place++) {
      for (const bit of [0, 3, 6]) {
        const damaged = Buffer.from(bytes)
        damaged[place]! ^= 1 << bit
        expect(parseManifest(damaged.toString())).toBeNull()
      }
    }
  })

  it('is nothing when it was cut, is empty or is something else', () => {
    const text = formatManifest(manifest)
    for (let length = 0; length < text.length - 1; length++) expect(parseManifest(text.slice(0, length))).toBeNull()
    expect(parseManifest('{}')).toBeNull()
  })

  it('is nothing when a later version of Akin wrote it', () => {
    expect(parseManifest(formatManifest({ ...manifest, version: 2 } as unknown as SnapshotManifest))).toBeNull()
  })
})
