import type { RequestName } from '../../shared/contract/requests.ts'
import type { Handlers } from '../contract-table.ts'
import { keyNameOf, type KeyVault } from '../keys/key-vault.ts'

type KeyRequests = Extract<RequestName, `keys.${string}`>

/** Keys go in and are never given out: only whether there is one. */
export function keyHandlers(keys: KeyVault): Handlers<KeyRequests> {
  return {
    'keys.describe': async ({ baseUrl }) => ({
      hasKey: (await keys.get(keyNameOf(baseUrl))) !== null,
      place: await keys.describe(),
    }),
    'keys.set': async ({ baseUrl, key }) => {
      await keys.set(keyNameOf(baseUrl), key)
      return {}
    },
    'keys.remove': async ({ baseUrl }) => {
      await keys.remove(keyNameOf(baseUrl))
      return {}
    },
  }
}
