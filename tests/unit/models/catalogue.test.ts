import { describe, expect, it } from 'vitest'
import { filesOf, modelIdOf, sizeOf } from '../../../engine/models/catalogue-entry.ts'
import { catalogue } from '../../../engine/models/catalogue.ts'
import { describeEntry } from '../../../engine/models/describe-model.ts'
import { InnerPath } from '../../../engine/models/manifest.ts'
import { EmbeddingModel, ModelId } from '../../../shared/model/embedding-model.ts'

describe('the catalogue', () => {
  it.each(catalogue.map((entry) => [entry.id, entry] as const))('holds together: %s', (_id, entry) => {
    EmbeddingModel.parse(describeEntry(entry, () => false))
    expect(entry.repository).toMatch(/^[\w.-]+\/[\w.-]+$/)
    expect(entry.revision).toMatch(/^([0-9a-f]{40}|main)$/)
    expect(entry.files.map(({ path }) => path)).toContain('tokenizer.json')
    expect(new Set(entry.variants.map(({ id }) => id)).size).toBe(entry.variants.length)
    for (const variant of entry.variants) {
      ModelId.parse(modelIdOf(entry, variant))
      expect(variant.files.map(({ path }) => path)).toContain(variant.weightsFile)
      for (const file of filesOf(entry, variant)) {
        InnerPath.parse(file.path)
        expect(file.bytes ?? file.aboutBytes).toBeGreaterThan(0)
        expect(file.sha256 ?? '0'.repeat(64)).toMatch(/^[0-9a-f]{64}$/)
        // What is called verified is pinned in full
        expect(file.verified && (file.bytes === null || file.sha256 === null)).toBe(false)
      }
      expect(sizeOf(filesOf(entry, variant)).bytes).toBeGreaterThan(1_000_000)
    }
  })

  it('calls an entry verified exactly when nothing of it is open', () => {
    for (const entry of catalogue) {
      const isPinned = entry.variants.every((variant) => filesOf(entry, variant).every(({ verified }) => verified))
      expect([entry.id, entry.verified]).toEqual([entry.id, entry.unverified.length === 0])
      expect([entry.id, entry.verified && !isPinned]).toEqual([entry.id, false])
    }
  })

  it('has no id twice, not even when everything is installed', () => {
    const ids = catalogue.flatMap((entry) => [entry.id, ...entry.variants.map((variant) => modelIdOf(entry, variant))])
    expect(new Set([...ids, 'bge-small-en-v1.5']).size).toBe(ids.length + 1)
  })

  it('says plainly where terms are not those of open source', () => {
    const closed = catalogue.filter(({ licence }) => !licence.isOpen)
    expect(closed.map(({ id }) => id)).toEqual(['embeddinggemma-300m'])
    expect(closed[0]!.licence.note).toMatch(/^Not an open licence/)
    expect(catalogue.find(({ id }) => id === 'gpt2')!.licence).toMatchObject({ name: 'Modified MIT' })
  })

  it('names the source of every figure', () => {
    const figures = catalogue.flatMap(({ quality }) => quality ?? [])
    expect(figures.length).toBeGreaterThan(0)
    expect(figures.filter(({ source }) => source === '')).toEqual([])
  })

  it('knows that a size is exact only when every part of it is', () => {
    const file = { path: 'a', sha256: null, verified: false }
    expect(
      sizeOf([
        { ...file, bytes: 5 },
        { ...file, bytes: null, aboutBytes: 7 },
      ]),
    ).toEqual({ bytes: 12, isExact: false })
    expect(sizeOf([{ ...file, bytes: 5 }])).toEqual({ bytes: 5, isExact: true })
    expect(sizeOf([{ ...file, bytes: null }])).toEqual({ bytes: null, isExact: false })
  })
})
