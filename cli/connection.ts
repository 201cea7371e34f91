import type { EventMessage } from '../shared/contract/events.ts'
import type { Reply } from '../shared/contract/reply.ts'
import type { RequestInput, RequestName, RequestOutput } from '../shared/contract/requests.ts'
import { AkinError, fromWireError, isCode } from '../shared/errors.ts'
import { openEngine } from '../engine/engine.ts'
import { connectToEngine } from '../engine/host/local-socket.ts'
import { defaultKeysFile, locateResources } from '../engine/host/locate.ts'
import { FileKeyVault } from '../engine/keys/file-key-vault.ts'
import { codeFolders } from '../engine/processes/code-folders.ts'
import { spawnWithNode } from '../engine/processes/node-spawn.ts'
import type { Output } from './output.ts'

/** The engine as a command uses it: the one that runs with the library, or one of its own for as long as it takes. */
export interface Connection {
  /** True when Akin runs already and the command only talks to it. */
  readonly isShared: boolean
  readonly folder: string
  /** @throws AkinError what the engine replied */
  ask<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutput<N>>
  onEvent(listener: (message: EventMessage) => void): () => void
  close(): Promise<void>
}

interface Line {
  request(name: string, input: unknown): Promise<Reply>
  onEvent(listener: (message: EventMessage) => void): () => void
  close(): Promise<void>
}

/** How long an engine that has the library but does not answer yet is waited for. */
const patienceMs = 10_000
const retryEveryMs = 200

export async function connect(folder: string): Promise<Connection> {
  for (const startedAt = Date.now(); ;) {
    const running = await connectToEngine(folder)
    if (running !== null) return connectionOf(running, folder, true)
    try {
      return connectionOf(
        await openEngine({
          folder,
          ...locateResources(),
          parserFolders: codeFolders(),
          keys: new FileKeyVault(defaultKeysFile()),
          spawn: spawnWithNode,
        }),
        folder,
        false,
      )
    } catch (error) {
      // Somebody is just opening or closing it
      if (!isCode(error, 'library-locked') || Date.now() - startedAt > patienceMs) throw error
      await new Promise((resolve) => setTimeout(resolve, retryEveryMs))
    }
  }
}

function connectionOf(line: Line, folder: string, isShared: boolean): Connection {
  return {
    isShared,
    folder,
    ask: async (name, input) => {
      const reply = await line.request(name, input)
      if (!reply.ok) throw fromWireError(reply.error)
      return reply.value as never
    },
    onEvent: (listener) => line.onEvent(listener),
    close: () => line.close(),
  }
}

/** How long the indexes are waited for, and after what time that is said. */
export const indexPatienceMs = 60_000
/** A running Akin changes its library all the time: it is waited for only as long as nobody minds. */
const sharedPatienceMs = 3_000
const sayAfterMs = 1_000

/**
 * Waits until the indexes have followed the library. An engine that was opened for one command is asked before it has
 * caught up with what the last one changed, and would answer without that.
 */
export async function indexesReady(
  { ask, isShared }: Pick<Connection, 'ask' | 'isShared'>,
  output: Pick<Output, 'note' | 'wait' | 'clearProgress'>,
  { patienceMs = isShared ? sharedPatienceMs : indexPatienceMs, isQuiet = false } = {},
): Promise<void> {
  let isSaid = false
  for (const startedAt = Date.now(); ;) {
    const { indexes } = await ask('library.status', {})
    if (indexes.vectors === 'ready' && indexes.keywords === 'ready' && indexes.isCurrent) return output.clearProgress()
    const waitedMs = Date.now() - startedAt
    if (waitedMs > patienceMs) {
      if (!isQuiet) output.note('The indexes are not complete yet: something may be missing')
      return
    }
    if (waitedMs > sayAfterMs && !isSaid && !isQuiet) {
      output.wait('Waiting for the indexes')
      isSaid = true
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Numbers on the command line. @throws AkinError `bad-request` */
export function idsOf(texts: readonly string[], of: 'item' | 'job' = 'item'): number[] {
  return texts.map((text) => {
    const id = Number(text.replace(/^#/, ''))
    if (Number.isSafeInteger(id) && id > 0) return id
    throw new AkinError('bad-request', `“${text}” is not the number of ${of === 'item' ? 'an item' : 'a job'}`, {
      advice: of === 'item' ? 'akin list and akin search show the numbers' : 'akin jobs shows the numbers',
    })
  })
}
