/**
 * Opens a library, does one write, and is gone after so many commands to the server have been answered.
 *
 *     node crash-child.ts <uri> <database> <write> <commands> [SIGSTOP]
 *
 * Counting begins with the write, or with opening where the write is `open`. It prints `done` when the write resolved.
 * With `SIGSTOP` it prints `stopped` and stands still until somebody lets it go on.
 */
import { writeSync } from 'node:fs'
import { openMongoLibrary } from '../../../../engine/library/mongo/mongo-library.ts'
import { writes } from './crash-writes.ts'

const [uri, databaseName, name, limit, signal] = process.argv.slice(2) as [string, string, string, string, string?]
let isCounting = name === 'open'
let count = 0

const store = await openMongoLibrary({
  uri,
  databaseName,
  onCommand: () => {
    if (!isCounting || ++count !== Number(limit)) return
    if (signal === 'SIGSTOP') writeSync(1, 'stopped\n')
    process.kill(process.pid, signal === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL')
  },
  leaseMs: signal === 'SIGSTOP' ? 500 : 10_000,
})
isCounting = true
await writes[name]?.(store)
writeSync(1, 'done\n')
process.exit(0)
