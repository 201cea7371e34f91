import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AkinError } from '../../shared/errors.ts'
import { ModelId, ModelLicence, modelPoolings, ModelQuality } from '../../shared/model/embedding-model.ts'
import type { ModelSpec } from '../embedding/model-spec.ts'
import { replaceFile } from '../platform/replace-file.ts'

export const manifestName = 'akin-model.json'

/** A path below the model's folder that cannot lead out of it, on any system. */
export const InnerPath = z
  .string()
  .min(1)
  .max(300)
  .refine((path) => !path.includes('\\') && !path.includes('\0') && !/^[a-z]:/i.test(path), 'not a path below the folder')
  .refine((path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'), 'not a path below the folder')

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const Origin = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('catalogue'),
    catalogueId: ModelId,
    variant: z.string(),
    hub: z.string(),
    repository: z.string(),
    /** The commit that the hub named, else the revision that was asked for. */
    revision: z.string(),
  }),
  z.object({
    kind: z.literal('imported'),
    /** Name of the folder or zip file, without its place. */
    from: z.string(),
  }),
])

/** What a model's spec must have to be listed; whatever else the embedder needs passes through. */
const Spec = z.looseObject({
  name: z.string().min(1),
  folder: z.string().min(1),
  weightsFile: InnerPath,
  weightsSha256: Sha256,
  dtype: z.string(),
  dimension: z.int().positive(),
  maxInputTokens: z.int().positive(),
  pooling: z.enum(modelPoolings),
  queryPrefix: z.string(),
  passagePrefix: z.string(),
})

const Manifest = z.object({
  version: z.literal(1),
  id: ModelId,
  name: z.string().min(1),
  origin: Origin,
  files: z.array(z.object({ path: InnerPath, bytes: z.int().nonnegative(), sha256: Sha256 })).min(1),
  spec: Spec,
  languages: z.array(z.string()),
  licence: ModelLicence.nullable(),
  quality: ModelQuality.nullable(),
  isNormalised: z.boolean(),
  isVerified: z.boolean(),
  installedAt: z.string(),
})

/** What was installed: `akin-model.json` in the model's folder. A folder without it is no model. */
export type ModelManifest = Omit<z.infer<typeof Manifest>, 'spec'> & { readonly spec: ModelSpec }
export type ManifestFile = ModelManifest['files'][number]

/** What is known of a model before its files are in place. */
export type ModelFacts = Pick<
  ModelManifest,
  'id' | 'name' | 'origin' | 'languages' | 'licence' | 'quality' | 'isNormalised' | 'isVerified'
>

/**
 * @returns `null` when there is no manifest: the folder was never finished
 * @throws AkinError `model-damaged` when there is one that cannot be read, or that belongs to another folder
 */
export function readManifest(folder: string, id: string): ModelManifest | null {
  const path = join(folder, manifestName)
  if (!existsSync(path)) return null
  try {
    const manifest = Manifest.parse(JSON.parse(readFileSync(path, 'utf8')))
    if (manifest.id !== id) throw new Error(`it names ${manifest.id}`)
    return manifest as unknown as ModelManifest
  } catch (cause) {
    throw new AkinError('model-damaged', `The list of the files of ${id} cannot be read`, {
      advice: 'Remove the model and install it again. Nothing in the library was changed',
      details: { file: path },
      cause,
    })
  }
}

export function writeManifest(folder: string, manifest: ModelManifest): void {
  replaceFile(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`)
}

/**
 * Compares the files with the manifest by size, which is quick; the loader hashes the weights.
 *
 * @throws AkinError `model-damaged` naming the first file that is not as it was
 */
export function checkSizes(folder: string, { name, files }: Pick<ModelManifest, 'name' | 'files'>): void {
  for (const { path, bytes } of files) {
    const found = statSync(join(folder, path), { throwIfNoEntry: false })
    if (found === undefined) throw changed(name, `${path} is not there any more`, { file: path })
    if (found.size !== bytes) {
      throw changed(name, `${path} has ${found.size} bytes instead of ${bytes}`, { file: path, bytes, found: found.size })
    }
  }
}

/** A file that is not the one that was installed. */
export function changed(name: string, what: string, details: Readonly<Record<string, unknown>>): AkinError {
  return new AkinError('model-damaged', `The files of ${name} were changed: ${what}`, {
    advice: 'Remove the model and install it again. Nothing in the library was changed',
    details,
  })
}
