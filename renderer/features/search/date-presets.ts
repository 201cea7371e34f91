export interface DatePreset {
  readonly name: string
  readonly after: string | null
  readonly before: string | null
}

/** Common stretches of time, as days of the filters `after` and `before`. */
export function datePresets(now: Date): DatePreset[] {
  const year = now.getFullYear()
  return [
    { name: 'Any time', after: null, before: null },
    { name: 'Past week', after: dayBefore(now, 7), before: null },
    { name: 'Past month', after: dayBefore(now, 30), before: null },
    { name: 'Past year', after: dayBefore(now, 365), before: null },
    { name: `This year, ${year}`, after: String(year), before: null },
    { name: `Last year, ${year - 1}`, after: String(year - 1), before: String(year) },
  ]
}

/** The local day some days ago: `2025-03-14`. */
function dayBefore(now: Date, days: number): string {
  const date = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
