import type { LibraryStatus } from '../../shared/model/library.ts'
import { formatDay, formatNumber } from '../ui/format.ts'

type Sent = LibraryStatus['sent']

/** The line beside the lock: one thing is named, several are counted. */
export function describeSent(sent: Sent): string {
  const [first] = sent
  if (first === undefined) return 'Nothing has left this computer'
  if (sent.length === 1) return `${first.what}: ${first.to}, since ${formatDay(first.since)}`
  const sites = new Set(sent.map(({ to }) => to)).size
  const since = sent.map((one) => one.since).sort()[0]!
  return `Asked ${formatNumber(sites)} ${sites === 1 ? 'site' : 'sites'} since ${formatDay(since)}`
}
