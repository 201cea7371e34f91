import { AkinError } from '../../shared/errors.ts'
import type { Connection } from '../connection.ts'
import { exitCodes, type Output } from '../output.ts'
import { refuseNoAddress, setKey } from './spaces.ts'

interface Context {
  readonly connection: Connection
  readonly output: Output
}

/** A key goes in and never comes out. */
export async function runKeys(action: string, baseUrl: string, { connection, output }: Context): Promise<number> {
  refuseNoAddress(baseUrl)
  if (action === 'set') await setKey(baseUrl, { connection, output })
  else if (action === 'remove') await connection.ask('keys.remove', { baseUrl })
  else if (action !== 'show')
    throw new AkinError('bad-request', `akin keys does not know “${action}”`, { advice: 'Write set, remove or show' })
  const { hasKey, place } = await connection.ask('keys.describe', { baseUrl })
  output.result({ baseUrl, hasKey, place }, () =>
    hasKey ? `There is a key for ${new URL(baseUrl).host}. ${place.description}` : `There is no key for ${new URL(baseUrl).host}`,
  )
  return exitCodes.done
}
