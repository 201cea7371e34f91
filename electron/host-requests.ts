import type { Shell } from 'electron'
import type { Handlers } from '../engine/contract-table.ts'
import type { Reply } from '../shared/contract/reply.ts'
import type { RequestInput, RequestName, RequestOutput } from '../shared/contract/requests.ts'
import { AkinError, fromWireError } from '../shared/errors.ts'
import type { Grants } from './grants.ts'
import { requireFile, requireShown, type NamedCopies, type Original } from './open-original.ts'

export type HostRequestName = Extract<RequestName, `host.${string}`>

export interface HostRequestsOptions {
  readonly ask: (name: RequestName, input: unknown) => Promise<Reply>
  readonly grants: Grants
  readonly copies: NamedCopies
  readonly shell: Pick<Shell, 'openExternal' | 'openPath' | 'showItemInFolder'>
  /** Shows the system's dialog over the window; nothing when the person closed it. */
  readonly choose: (windowId: number, what: RequestInput<'host.pick'>['what']) => Promise<readonly string[]>
}

/** What the desktop answers itself, for one window. */
export function hostHandlers(options: HostRequestsOptions, windowId: number): Handlers<HostRequestName> {
  const { shell, grants, copies } = options
  const namedOriginal = async (id: number): Promise<string> => copies.pathOf(await originalOf(options, id))
  return {
    'host.describe': async () => ({
      host: 'desktop',
      platform: process.platform,
      canPick: true,
      canOpen: true,
      canShowInFolder: true,
    }),
    'host.pick': async ({ what }) => ({ grants: await grants.give(windowId, await options.choose(windowId, what)) }),
    'host.open': async ({ documentId }) => {
      const failure = await shell.openPath(await requireShown(await namedOriginal(documentId)))
      if (failure !== '') throw notOpened(failure)
      return {}
    },
    'host.reveal': async ({ documentId }) => {
      shell.showItemInFolder(await requireFile(await namedOriginal(documentId)))
      return {}
    },
    'host.link': async ({ url }) => {
      await shell.openExternal(outsideAddress(url))
      return {}
    },
  }
}

async function originalOf({ ask }: HostRequestsOptions, id: number): Promise<Original> {
  const reply = await ask('documents.original', { id })
  if (!reply.ok) throw fromWireError(reply.error)
  return reply.value as RequestOutput<'documents.original'>
}

/** The system says in its own words why it opened nothing. */
function notOpened(reason: string): AkinError {
  return new AkinError('unavailable', 'The system did not open the file', {
    advice: 'Show it in its folder, and choose a program there',
    details: { reason },
  })
}

/** What a mail program may be told; it might take `attach` for a file to send. */
const mailFields = new Set(['subject', 'body', 'cc', 'bcc'])

/**
 * The address as it is handed to the system: https and mailto only, parsed and spelt anew.
 *
 * @throws AkinError `not-allowed`
 */
export function outsideAddress(address: string): string {
  const url = new URL(address)
  if (url.protocol === 'https:' && url.username === '' && url.password === '') return url.href
  if (url.protocol === 'mailto:') {
    for (const field of new Set(url.searchParams.keys())) {
      if (!mailFields.has(field.toLowerCase())) url.searchParams.delete(field)
    }
    // Mail programs read `+` as a plus sign
    url.search = url.search.replaceAll('+', '%20')
    return url.href
  }
  throw new AkinError('not-allowed', 'Akin opens only links that begin with https or mailto')
}
