import type { AkinBridge } from '../../shared/contract/bridge.ts'
import type { Reply } from '../../shared/contract/reply.ts'
import type { RequestInput, RequestName, RequestOutput } from '../../shared/contract/requests.ts'
import { AkinError } from '../../shared/errors.ts'
import type { AkinClient, HostPort, RequestOptions } from './akin-client.ts'
import { EventHub } from './event-hub.ts'
import { cancelledError, unwrapReply } from './unwrap-reply.ts'

declare global {
  interface Window {
    readonly akin?: AkinBridge<File>
  }
}

/** The client of the desktop window, over what the preload script offers. */
export class DesktopClient implements AkinClient {
  readonly host: HostPort
  readonly #bridge: AkinBridge<File>
  readonly #hub = new EventHub()
  #lastRequest = 0

  constructor(bridge: AkinBridge<File>) {
    this.#bridge = bridge
    this.host = {
      importBy: 'grant',
      grantFiles: (files) => bridge.grantFiles(files),
      upload: () => Promise.reject(new AkinError('unavailable', 'The desktop reads files where they are')),
      fetchOriginal: null,
      openLink: async (url) => {
        // The host opens nothing over an open line; nearly every site answers over https as well.
        await this.request('host.link', { url: url.replace(/^http:/iu, 'https:') })
      },
    }
    bridge.onEvent((message) => this.#hub.receive(message))
    // The window opens when the engine answers; a stop is announced by an event.
    void this.request('host.describe', {}).then(
      () => this.#hub.setConnection({ state: 'ready', message: null, retryAtMs: null }),
      () => this.#hub.setConnection({ state: 'restarting', message: null, retryAtMs: null }),
    )
  }

  async request<N extends RequestName>(
    name: N,
    input: RequestInput<N>,
    { signal }: RequestOptions = {},
  ): Promise<RequestOutput<N>> {
    if (signal?.aborted) throw cancelledError()
    const requestId = `w${++this.#lastRequest}`
    const cancel = (): void => this.#bridge.cancel(requestId)
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      const reply = await this.#bridge.request(name, input, requestId)
      if (signal?.aborted) throw cancelledError()
      return unwrapReply(reply as Reply<RequestOutput<N>>)
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
  }

  on: AkinClient['on'] = (event, listener) => this.#hub.on(event, listener)
  onConnection: AkinClient['onConnection'] = (listener) => this.#hub.onConnection(listener)
  onRefresh: AkinClient['onRefresh'] = (listener) => this.#hub.onRefresh(listener)
  reconnect(): void {
    this.#hub.refresh()
  }
}
