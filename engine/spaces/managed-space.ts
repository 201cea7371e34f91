import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AkinError, isCode } from '../../shared/errors.ts'
import type { EmbeddingSpace, SpaceRecipe } from '../../shared/model/space.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { KeywordIndex } from '../keywords/keyword-index.ts'
import type { LibraryStore, StoredVectors } from '../library/library-store.ts'
import { SearchService } from '../search/search-service.ts'
import { SimilarService } from '../search/similar-service.ts'
import { FaissVectorIndex } from '../vectors/faiss-vector-index.ts'
import { rawIdentity } from './recipe.ts'
import { fewest, readTransform, unitLength } from './transforms.ts'
import { TransformedEmbedder, type VectorTransform } from './vector-transform.ts'

export interface ManagedSpaceParts {
  readonly store: LibraryStore
  readonly keywords: KeywordIndex
  /** Folder of the derived indexes. */
  readonly indexFolder: string
  readonly onDamage: (message: string) => void
  readonly onIndexState: () => void
}

/** What searches in one space need: its index, and the services over it. */
export interface OpenSpace {
  readonly space: EmbeddingSpace
  readonly embedder: Embedder
  readonly vectors: FaissVectorIndex
  readonly search: SearchService
  readonly similar: SimilarService
}

/**
 * A space with its embedder. Its index is loaded when it is first searched: spaces that are only kept up to date take no
 * memory for it.
 */
export class ManagedSpace {
  space: EmbeddingSpace
  readonly recipe: SpaceRecipe
  readonly embedder: Embedder
  readonly #parts: ManagedSpaceParts
  #opening: Promise<OpenSpace> | undefined
  #opened: OpenSpace | undefined

  constructor(space: EmbeddingSpace, recipe: SpaceRecipe, embedder: Embedder, parts: ManagedSpaceParts) {
    this.space = space
    this.recipe = recipe
    this.embedder = embedder
    this.#parts = parts
  }

  /** Its index and services, when they are loaded. */
  get opened(): OpenSpace | undefined {
    return this.#opened
  }

  /** True when what is done to its vectors must be learnt first. */
  async lacksTransform(): Promise<boolean> {
    if (this.recipe.postProcessing.method === 'none') return false
    return (await this.#parts.store.vectors.transform(this.space.id)) === null
  }

  /** True when it can be learnt now. */
  async canLearn(): Promise<boolean> {
    return (await this.lacksTransform()) && (await this.#parts.store.vectors.count(this.space.id)) >= fewest
  }

  /**
   * Loads the index; it may lack what was stored since its last snapshot until it has caught up.
   * @throws AkinError `index-not-ready` when what is done to its vectors has not been learnt yet
   */
  open(): Promise<OpenSpace> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  /** Lets go of the index: it is built anew when it is needed next. */
  async forgetIndex(): Promise<void> {
    await this.closeIndex()
    removeIndexFiles(this.#parts.indexFolder, this.space.id)
  }

  async close(): Promise<void> {
    await this.embedder.close()
    await this.closeIndex()
  }

  /** Lets go of the memory of the index; it is loaded again when it is searched next. */
  async closeIndex(): Promise<void> {
    const opened = await this.#opening?.catch(() => undefined)
    this.#opening = undefined
    this.#opened = undefined
    await opened?.vectors.close()
  }

  async #open(): Promise<OpenSpace> {
    const { store, keywords, onDamage, onIndexState } = this.#parts
    const transform = await this.#transform()
    const { id: spaceId, dimension, metric } = this.space
    const vectors = await FaissVectorIndex.open({
      store: { changes: store.changes, vectors: transform === null ? store.vectors : transformed(store.vectors, transform) },
      folder: this.#folderFor(transform),
      spaceId,
      dimension,
      metric,
      onDamage,
      onState: onIndexState,
    })
    const embedder = transform === null ? this.embedder : new TransformedEmbedder(this.embedder, transform)
    const parts = { store, vectors, keywords, embedder }
    const opened = { ...parts, space: this.space, search: new SearchService(parts), similar: new SimilarService(parts) }
    this.#opened = opened
    return opened
  }

  async #transform(): Promise<VectorTransform | null> {
    if (this.recipe.postProcessing.method === 'none') return isRaw(this.space) ? unitLength(this.space.dimension) : null
    const stored = await this.#parts.store.vectors.transform(this.space.id)
    if (stored === null) {
      throw new AkinError('index-not-ready', `${this.space.name} cannot be searched before it has learnt from the library`, {
        advice: 'Wait until it is filled',
        retryable: true,
      })
    }
    return readTransform(stored)
  }

  /** An index of transformed vectors lies apart, named by what was learnt: one made with something else is never loaded. */
  #folderFor(transform: VectorTransform | null): string {
    const { indexFolder } = this.#parts
    if (transform === null) return indexFolder
    const name = transformedFolder(this.space.id, transform.id)
    removeIndexFiles(indexFolder, this.space.id, name)
    const folder = join(indexFolder, name)
    mkdirSync(folder, { recursive: true })
    return folder
  }
}

/** True when the space's vectors are stored as the model gave them, of whatever length. */
function isRaw({ identity }: EmbeddingSpace): boolean {
  return (JSON.parse(rawIdentity(identity)) as { normalised?: boolean }).normalised === false
}

function transformedFolder(spaceId: number, transformId: string): string {
  return `vectors-${spaceId}-${transformId.slice(0, 16)}`
}

/** Removes everything that belongs to the index of a space, but for one folder. */
export function removeIndexFiles(indexFolder: string, spaceId: number, except?: string): void {
  try {
    for (const name of readdirSync(indexFolder)) {
      const isOwn = name.startsWith(`vectors-${spaceId}.`) || name.startsWith(`vectors-${spaceId}-`)
      if (isOwn && name !== except) rmSync(join(indexFolder, name), { recursive: true, force: true })
    }
  } catch (error) {
    if (!isCode(error, 'not-found') && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** The store as an index of transformed vectors sees it. */
function transformed(
  vectors: LibraryStore['vectors'],
  transform: VectorTransform,
): Pick<LibraryStore['vectors'], 'read' | 'count'> {
  return {
    count: (spaceId) => vectors.count(spaceId),
    read: async (...page): Promise<StoredVectors> => {
      const stored = await vectors.read(...page)
      return stored.chunkIds.length === 0 ? stored : { ...stored, vectors: transform.apply(stored.vectors) }
    },
  }
}
