import { toWireError } from '../../shared/errors.ts'
import { openEngine, type Engine } from '../engine.ts'
import type { ServicePort, SpawnService } from '../processes/service.ts'
import { FileKeyVault } from '../keys/file-key-vault.ts'
import { noKeys, type KeyVault } from '../keys/key-vault.ts'
import type { EngineConfig, FromEngine, ToEngine } from './engine-protocol.ts'
import { LinkedKeyVault } from './key-link.ts'

/** What a host says of keys, as the vault that it means. */
export function vaultOf(keys: EngineConfig['keys'], hostKeys: KeyVault = noKeys): KeyVault {
  if (keys === undefined) return noKeys
  return keys === 'host' ? hostKeys : new FileKeyVault(keys.file)
}

/** Serves an engine to the host at the other end of the port: the body of the engine's process on every host. */
export function runEngineService(port: ServicePort, spawn: SpawnService): void {
  const answer = (message: FromEngine): void => port.post(message)
  const running = new Map<number, AbortController>()
  let opening: Promise<Engine | undefined> | undefined
  const hostKeys = new LinkedKeyVault(answer)

  const open = async (config: EngineConfig): Promise<Engine | undefined> => {
    try {
      const engine = await openEngine({ ...config, keys: vaultOf(config.keys, hostKeys), spawn })
      engine.onEvent((message) => answer({ type: 'event', message }))
      answer({ type: 'opened' })
      return engine
    } catch (error) {
      answer({ type: 'refused', error: toWireError(error) })
      return undefined
    }
  }

  const request = async ({ id, name, input }: Extract<ToEngine, { type: 'request' }>): Promise<void> => {
    const controller = new AbortController()
    running.set(id, controller)
    const engine = await opening
    const reply = await (engine?.request(name, input, { signal: controller.signal }) ??
      Promise.resolve({
        ok: false as const,
        error: { code: 'unavailable' as const, message: 'The library is not open', retryable: true },
      }))
    running.delete(id)
    answer({ type: 'reply', id, reply })
  }

  const close = async (): Promise<void> => {
    await (await opening)?.close()
    answer({ type: 'closed' })
  }

  port.onMessage((message) => {
    const incoming = message as ToEngine
    switch (incoming.type) {
      case 'open':
        opening ??= open(incoming.config)
        return
      case 'request':
        void request(incoming)
        return
      case 'cancel':
        running.get(incoming.id)?.abort()
        return
      case 'key':
        hostKeys.take(incoming)
        return
      case 'close':
        void close()
    }
  })
}
