import { registerHooks } from 'node:module'
import type * as TransformersModule from '@huggingface/transformers'
import { AkinError } from '../../../shared/errors.ts'

export type Transformers = typeof TransformersModule

let transformersOnce: Promise<Transformers> | undefined

/** Takes `fetch` away from this process: models are read from the disk, and nothing else is. */
export function refuseNetwork(): void {
  globalThis.fetch = refuseFetch
}

/**
 * transformers.js without its picture library, which takes 35 MB and most of a second and is never used here. Nothing is
 * fetched: remote loading is off, and the library's own `fetch` throws.
 */
export function importTransformers(): Promise<Transformers> {
  transformersOnce ??= loadTransformers()
  return transformersOnce
}

async function loadTransformers(): Promise<Transformers> {
  const noPictures = 'data:text/javascript,export default function sharp() { throw new Error("pictures are not read here") }'
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'sharp' ? { url: noPictures, shortCircuit: true } : next(specifier, context),
  })
  const transformers = await import('@huggingface/transformers')
  transformers.env.allowRemoteModels = false
  transformers.env.useFSCache = false
  transformers.env.fetch = refuseFetch
  return transformers
}

function refuseFetch(): Promise<never> {
  return Promise.reject(new AkinError('not-allowed', 'The inference process has no network'))
}
