/** The services that run in processes of their own. */
export type ServiceName = 'engine' | 'inference' | 'parser'

export interface SpawnOptions {
  /** V8's heap limit in MB. */
  readonly heapLimitMb?: number
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Folders the process may read under Node's permission model, where the host has one. Absent: no limit. */
  readonly readableFolders?: readonly string[]
}

/** A process of ours, whatever started it. Messages are structured clones: typed arrays arrive as typed arrays. */
export interface ServiceProcess {
  readonly pid: number | undefined
  /** Messages to a process that is gone are dropped: its exit tells. */
  post(message: unknown): void
  /** One listener; messages that came before it are kept for it. */
  onMessage(listener: (message: unknown) => void): void
  /** Called once, also when the process could not be started. */
  onExit(listener: (exit: ServiceExit) => void): void
  /** SIGKILL or its like: no clean-up runs in the process. */
  kill(): void
  /** Resident memory in bytes as the system sees it; `null` when it cannot be read. */
  residentBytes(): Promise<number | null>
}

export interface ServiceExit {
  readonly code: number | null
  readonly signal: string | null
  /** The end of what it wrote to standard error, at most 4,000 characters. */
  readonly lastWords: string
}

/** Starts services: over `child_process.fork` in Node, over `utilityProcess` on the desktop. */
export type SpawnService = (name: ServiceName, options?: SpawnOptions) => ServiceProcess

/** The other end, inside the service's process. */
export interface ServicePort {
  post(message: unknown): void
  /** One listener; messages that came before it are kept for it. */
  onMessage(listener: (message: unknown) => void): void
}
