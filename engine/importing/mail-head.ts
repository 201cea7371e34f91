import { toIsoDate } from './dates.ts'

/** What the lines at the head of a mail say, where it was kept as a plain text. */
export interface MailHead {
  readonly subject: string | null
  /** The name, without the address when both are given. */
  readonly author: string
  /** ISO 8601, a day or an instant. */
  readonly date: string
}

type Part = keyof MailHead

const field = /^(From|To|Cc|Bcc|Date|Sent|Subject|Reply-To|Message-ID|Von|An|Datum|Betreff)\s*:\s*(.*)$/i
const names: Readonly<Record<string, Part>> = {
  from: 'author',
  von: 'author',
  date: 'date',
  sent: 'date',
  datum: 'date',
  subject: 'subject',
  betreff: 'subject',
}

/** Reads a paragraph as the head of a mail; `null` when it has any other line, or lacks a sender and a date. */
export function readMailHead(lines: readonly string[]): MailHead | null {
  const head: Record<Part, string | null> = { subject: null, author: null, date: null }
  for (const line of lines) {
    const found = field.exec(line.trim())
    if (found === null) return null
    const [, name, value] = found as unknown as [string, string, string]
    const key = names[name.toLowerCase()]
    if (key !== undefined && value !== '') head[key] ??= value.trim()
  }
  const date = toIsoDate(head.date)
  return head.author === null || date === null ? null : { ...head, author: nameOf(head.author), date }
}

/** `Mara Lind` of `"Mara Lind" <mara@example.org>`. */
function nameOf(sender: string): string {
  const name = sender
    .replace(/\s*<[^>]*>\s*$/, '')
    .replaceAll(/^["']|["']$/g, '')
    .trim()
  return name === '' ? sender.replaceAll(/^<|>$/g, '') : name
}
