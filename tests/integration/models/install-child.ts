/**
 * Installs a model over and over, each time with other bytes under the same id, until it is killed. Prints `begin n`
 * before the n-th installation and `done n` after it.
 *
 *     node install-child.ts <folder> <first number>
 */
import { writeSync } from 'node:fs'
import { installVersion } from './install-version.ts'
import { openStore } from './use-models.ts'

const [folder, first] = process.argv.slice(2) as [string, string]
const store = openStore(folder)
for (let version = Number(first); ; version++) {
  writeSync(1, `begin ${version}\n`)
  await installVersion(store, version)
  store.emptyTrash()
  writeSync(1, `done ${version}\n`)
}
