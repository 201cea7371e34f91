/** Numbers, sizes, times and spans of time as Akin writes them. The interface is English, so its dates are too. */

const locale = 'en-GB'
const numbers = new Intl.NumberFormat(locale)
const oneDecimal = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const longDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' })
const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' })
// Three letters each, so that dates stand in columns; Intl writes "Sept".
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
const languageNames = new Intl.DisplayNames(locale, { type: 'language', fallback: 'code' })

/** `18,204` */
export function formatNumber(value: number): string {
  return numbers.format(value)
}

/** `1 item`, `2,348 items`; `plural` for words that do not take an s. */
export function countOf(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatNumber(value)} ${value === 1 ? singular : plural}`
}

const graphemes = new Intl.Segmenter(locale, { granularity: 'grapheme' })

/** Characters as people count them: a flag or a letter with its accents is one. */
export function countCharacters(text: string): number {
  return Iterator.from(graphemes.segment(text)).reduce((sum) => sum + 1, 0)
}

const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** `214 kB`, `3.1 MB`; powers of ten, as file managers and disks count. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return countOf(bytes, 'byte')
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000
    unit++
  }
  return `${value < 9.95 && unit > 1 ? oneDecimal.format(value) : formatNumber(Math.round(value))} ${units[unit]!}`
}

interface Instant {
  readonly date: Date
  readonly precision: 'year' | 'month' | 'day' | 'instant'
}

/** Reads a year, a month, a day or an instant. A day stays that day in every time zone. */
function readTime(iso: string): Instant | null {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(iso)
  const date = match === null ? new Date(iso) : new Date(Number(match[1]), Number(match[2] ?? 1) - 1, Number(match[3] ?? 1))
  if (Number.isNaN(date.getTime())) return null
  const precision = match === null ? 'instant' : match[3] !== undefined ? 'day' : match[2] !== undefined ? 'month' : 'year'
  return { date, precision }
}

function formatWith(iso: string, full: (date: Date) => string): string {
  const time = readTime(iso)
  if (time === null) return iso
  if (time.precision === 'year') return String(time.date.getFullYear())
  return time.precision === 'month' ? monthOf(time.date) : full(time.date)
}

function monthOf(date: Date): string {
  return `${monthNames[date.getMonth()]!} ${date.getFullYear()}`
}

function dayOf(date: Date): string {
  return `${date.getDate()} ${monthOf(date)}`
}

/** `15 Feb 2025`; `Feb 2025` or `2025` where no more is known. */
export function formatDay(iso: string): string {
  return formatWith(iso, dayOf)
}

/** `15 February 2025` */
export function formatLongDay(iso: string): string {
  return formatWith(iso, (date) => longDay.format(date))
}

/** `Feb 2025` */
export function formatMonth(iso: string): string {
  return formatWith(iso, monthOf)
}

/** `08:55` */
export function formatClock(iso: string): string {
  const time = readTime(iso)
  return time === null ? iso : clock.format(time.date)
}

/** `Today, 08:55`, `Yesterday, 08:55`, `15 Feb 2025, 08:55` */
export function formatWhen(iso: string, now: Date): string {
  const time = readTime(iso)
  if (time === null) return iso
  const days = daysBetween(time.date, now)
  const name = days === 0 ? 'Today' : days === 1 ? 'Yesterday' : dayOf(time.date)
  return `${name}, ${clock.format(time.date)}`
}

/** Whole calendar days from `earlier` to `later`. */
export function daysBetween(earlier: Date, later: Date): number {
  const midnight = (date: Date): number => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
  return Math.round((midnight(later) - midnight(earlier)) / 86_400_000)
}

/** `11 s`, `2 min 40 s`, `1 h 5 min` */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 600) return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`
  const minutes = Math.round(whole / 60)
  if (minutes < 60) return `${minutes} min`
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `about 9 s left`, `about 6 min left`; rounded, since it is an estimate. */
export function formatRemaining(seconds: number): string {
  if (seconds < 1.5) return 'nearly done'
  if (seconds < 10) return `about ${Math.round(seconds)} s left`
  if (seconds < 55) return `about ${Math.round(seconds / 5) * 5} s left`
  if (seconds < 3_570) return `about ${Math.round(seconds / 60)} min left`
  const hours = seconds / 3_600
  return hours < 10 ? `about ${hours.toFixed(hours < 2 ? 1 : 0)} h left` : `about ${Math.round(hours)} h left`
}

/** `28 a second`, `0.4 a second` */
export function formatRate(perSecond: number): string {
  return `${perSecond < 9.95 ? oneDecimal.format(perSecond) : formatNumber(Math.round(perSecond))} a second`
}

/** `6 min`: the time it takes to read, at 230 words a minute. */
export function readingTime(wordCount: number): string {
  return `${formatNumber(Math.max(1, Math.round(wordCount / 230)))} min`
}

/** `German` for `de`. */
export function languageName(code: string): string {
  try {
    return languageNames.of(code) ?? code
  } catch {
    // Not a language code: a source may have written anything, and its own word is the best name.
    return code
  }
}

/** `…/2024/notes` and the like: long paths lose their middle, as file managers do. */
export function shortenPath(path: string, length: number): string {
  if (path.length <= length) return path
  const tail = Math.ceil((length - 1) * 0.6)
  return `${path.slice(0, length - 1 - tail)}…${path.slice(-tail)}`
}
