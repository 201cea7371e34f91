import type { Grant } from '../../shared/contract/bridge.ts'
import type { EventName, EventPayload } from '../../shared/contract/events.ts'
import type { RequestInput, RequestName, RequestOutput } from '../../shared/contract/requests.ts'

/**
 * How the window stands with the engine.
 * - `unreachable`: the host itself does not answer (browser host stopped); tried again by itself
 * - `restarting`: the host answers, its engine stopped and is being started again
 * - `failed`: the engine could not be started again
 * - `locked-out`: the page has no valid key to the host
 */
export interface Connection {
  readonly state: 'connecting' | 'ready' | 'restarting' | 'unreachable' | 'failed' | 'locked-out'
  readonly message: string | null
  /** When the next try starts, in milliseconds since the epoch; `null` when none is waiting. */
  readonly retryAtMs: number | null
}

export interface RequestOptions {
  readonly signal?: AbortSignal
}

export interface UploadOptions {
  readonly signal?: AbortSignal
  /** Bytes that were sent so far. */
  readonly onProgress?: (sentBytes: number) => void
}

/** An original as the browser host hands it out. */
export interface Original {
  readonly blob: Blob
}

/** The window's only way to the engine: one implementation for the desktop, one for the browser host. */
export interface AkinClient {
  /**
   * Sends a request of the contract.
   *
   * @throws AkinError as the engine sent it; `cancelled` after `signal`; `unavailable` when nobody answers
   */
  request<N extends RequestName>(name: N, input: RequestInput<N>, options?: RequestOptions): Promise<RequestOutput<N>>
  /** Returns the function that ends the listening. */
  on<N extends EventName>(event: N, listener: (payload: EventPayload<N>) => void): () => void
  /** Calls at once with the present state, then with each change. */
  onConnection(listener: (connection: Connection) => void): () => void
  /** Called when events were missed: what was read before may be old. */
  onRefresh(listener: () => void): () => void
  /** Starts a waiting try at once. */
  reconnect(): void
  readonly host: HostPort
}

/** What differs between the hosts, so that no screen asks which one it runs in. */
export interface HostPort {
  /** `grant`: the host reads files where they are. `upload`: the page sends their bytes. */
  readonly importBy: 'grant' | 'upload'
  /** @throws AkinError `unavailable` where `importBy` is `upload` */
  grantFiles(files: readonly File[]): Promise<readonly Grant[]>
  /**
   * Sends one file's bytes; the reply's id names them in `documents.import`.
   *
   * @param path name with its folder, as the person knows it
   * @throws AkinError `unavailable` where `importBy` is `grant`
   */
  upload(file: File, path: string, options?: UploadOptions): Promise<{ readonly uploadId: string }>
  /** The original's bytes, where the host cannot open it with another program; `null` where it can. */
  readonly fetchOriginal: ((documentId: number, options?: RequestOptions) => Promise<Original>) | null
  /** Opens a web address outside Akin; the caller has shown it to the person. */
  openLink(url: string): Promise<void>
}
