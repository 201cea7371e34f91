import { createInterface } from 'node:readline'
import { app, safeStorage } from 'electron'
import { SafeStorageKeyVault } from '../../../electron/key-vault.ts'
import { AkinError } from '../../../shared/errors.ts'

/** A main process that does what it is told with the vault of the desktop host. */
const [, , path] = process.argv
const vault = new SafeStorageKeyVault({ safeStorage, path: path!, platform: 'linux' })

type Step =
  | { readonly do: 'describe' }
  | { readonly do: 'get' | 'remove'; readonly name: string }
  | { readonly do: 'set'; readonly name: string; readonly value: string }

async function follow(step: Step): Promise<unknown> {
  if (step.do === 'describe') return vault.describe()
  if (step.do === 'set') return vault.set(step.name, step.value)
  return vault[step.do](step.name)
}

/** One line of JSON for each step, and one for its outcome: the channel belongs to the stand-in. */
createInterface({ input: process.stdin }).on('line', (line) => {
  app
    .whenReady()
    .then(() => follow(JSON.parse(line) as Step))
    .then((value) => tell({ value: value ?? null }))
    .catch((error: unknown) => {
      const { message, stack } = error as Error
      tell({ error: { code: error instanceof AkinError ? error.code : 'unknown', message, stack } })
    })
})

function tell(reply: unknown): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`)
}
