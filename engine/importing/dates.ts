/** Dates as files write them, as ISO 8601: a day (`2024-01-05`) or an instant (`2024-01-05T10:30:00.000Z`). */

const isoLike = /^(\d{4})-?(\d{2})-?(\d{2})(?:[T\s]+(\d{1,2}):?(\d{2})(?::?(\d{2}(?:[.,]\d{1,9})?))?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i
const yearFirst = /^(\d{4})[/.](\d{1,2})[/.](\d{1,2})$/
const dayFirstWithDots = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/
const withMonthName = /\p{L}{3,}/u
const pdfDate = /^D:(\d{4})(\d{2})?(\d{2})?(?:(\d{2})(\d{2})?(\d{2})?\s*(Z|[+-]\d{2}'?\d{2})?)?/

/**
 * @param value text, or a number of seconds or milliseconds since 1970
 * @returns `null` for what is no date or lies outside the years 1000 to 2200; `05/06/2024` is none, since nobody can
 * tell which of the two is the month
 */
export function toIsoDate(value: unknown): string | null {
  if (value instanceof Date) return inRange(value)
  if (typeof value === 'number') return inRange(new Date(value < 1e11 ? value * 1000 : value))
  if (typeof value !== 'string' || value.length > 100) return null
  const text = value.trim()
  const pdf = pdfDate.exec(text)
  if (pdf !== null) return fromParts(pdf[1]!, pdf[2] ?? '01', pdf[3] ?? '01', pdf[4], pdf[5], pdf[6], pdf[7]?.replace("'", ''))
  const iso = isoLike.exec(text)
  if (iso !== null) return fromParts(iso[1]!, iso[2]!, iso[3]!, iso[4], iso[5], iso[6], iso[7])
  const year = yearFirst.exec(text)
  if (year !== null) return fromParts(year[1]!, year[2]!, year[3]!)
  const dots = dayFirstWithDots.exec(text)
  if (dots !== null) return fromParts(dots[3]!, dots[2]!, dots[1]!)
  return withMonthName.test(text) ? fromWords(text) : null
}

/** A time without a zone is kept as a day: which instant it was, nobody knows. */
function fromParts(
  year: string,
  month: string,
  day: string,
  hour?: string,
  minute?: string,
  second?: string,
  zone?: string,
): string | null {
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const midday = new Date(`${date}T12:00:00Z`)
  if (Number.isNaN(midday.getTime()) || midday.getUTCDate() !== Number(day)) return null
  if (hour === undefined || zone === undefined) return inRange(midday)?.slice(0, 10) ?? null
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`
  return inRange(new Date(`${date}T${hour.padStart(2, '0')}:${minute ?? '00'}:${(second ?? '00').replace(',', '.')}${offset}`))
}

/** `5 January 2024`, `Jan 5, 2024`, RFC 2822. Without a zone the engine reads local time: the day is taken from it. */
function fromWords(text: string): string | null {
  const spoken = text.replace(/^\p{L}+,\s*/u, '').replaceAll(/(\d)(?:st|nd|rd|th)\b/gi, '$1')
  if (!/\b\d{4}\b/.test(spoken)) return null
  const date = new Date(spoken)
  if (inRange(date) === null) return null
  if (/(?:\b(?:UTC|GMT|Z)|[+-]\d{2}:?\d{2})\s*(?:\(.*\))?$/.test(spoken) && /\d:\d/.test(spoken)) return date.toISOString()
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
}

function inRange(date: Date): string | null {
  const year = date.getFullYear()
  return year >= 1000 && year <= 2200 ? date.toISOString() : null
}
