import type { LibraryStatus } from '../../shared/model/library.ts'
import { formatDay, formatNumber } from '../ui/format.ts'

type Sent = LibraryStatus['sent']

/** What a site learns of is an address and the time; everything else that goes out is taken for texts. */
const withoutTexts: ReadonlySet<string> = new Set(['A picture was asked for', 'A model was asked for'])

/** The entries by which texts of the person went out. */
export function sentTexts(sent: Sent): Sent {
  return sent.filter(({ what }) => !withoutTexts.has(what))
}

/** The line beside the lock: where texts went comes before anything else; one thing is named, several are counted. */
export function describeSent(sent: Sent): string {
  const [first] = sent
  if (first === undefined) return 'Nothing has left this computer'
  const texts = sentTexts(sent)
  if (texts.length > 0) {
    const hosts = [...new Set(texts.map(({ to }) => to))]
    const where = hosts.length <= 2 ? hosts.join(' and ') : `${formatNumber(hosts.length)} services`
    return `Texts went to ${where}, since ${formatDay(earliest(texts))}`
  }
  if (sent.length === 1) return `${first.what}: ${first.to}, since ${formatDay(first.since)}`
  const sites = new Set(sent.map(({ to }) => to)).size
  return `Asked ${formatNumber(sites)} ${sites === 1 ? 'site' : 'sites'} since ${formatDay(earliest(sent))}`
}

function earliest(sent: Sent): string {
  return sent.map(({ since }) => since).sort()[0]!
}
