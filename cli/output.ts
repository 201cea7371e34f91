import { AkinError, toWireError } from '../shared/errors.ts'
import type { Job } from '../shared/model/job.ts'

/** Exit codes of every command; `akin --help` lists them. */
export const exitCodes = { done: 0, failed: 1, usage: 2, someItemsFailed: 3, interrupted: 130 } as const

const usageErrors: ReadonlySet<string> = new Set([
  'bad-request',
  'query-syntax',
  'query-too-long',
  'not-found',
  'file-not-found',
  'conflict',
])

/** Where a command writes: results on standard output, everything else on standard error. */
export class Output {
  readonly isJson: boolean
  readonly #isTerminal = process.stderr.isTTY
  #bar = ''

  constructor(isJson: boolean) {
    this.isJson = isJson
  }

  /** The result: one line of JSON, or text for people. */
  result(value: object, text: () => string): void {
    this.clearProgress()
    process.stdout.write(this.isJson ? `${JSON.stringify(value)}\n` : `${text()}\n`)
  }

  /** Something to know beside the result. */
  note(text: string): void {
    this.clearProgress()
    process.stderr.write(`${text}\n`)
  }

  /** A bar that is written over; nothing where nobody watches. */
  progress(job: Job): void {
    if (!this.#isTerminal) return
    this.clearProgress()
    this.#bar = barOf(job, process.stderr.columns ?? 80)
    process.stderr.write(this.#bar)
  }

  clearProgress(): void {
    if (this.#bar === '') return
    process.stderr.write(`\r\u001B[K`)
    this.#bar = ''
  }

  /** Tells an error and returns the exit code for it. */
  error(error: unknown): number {
    this.clearProgress()
    const wire = toWireError(error)
    if (this.isJson) process.stdout.write(`${JSON.stringify({ error: wire })}\n`)
    process.stderr.write(`akin: ${wire.message}${wire.advice === undefined ? '' : `. ${wire.advice}`}\n`)
    if (!(error instanceof AkinError) && process.env.AKIN_DEBUG !== undefined) process.stderr.write(`${(error as Error).stack}\n`)
    return usageErrors.has(wire.code) ? exitCodes.usage : exitCodes.failed
  }
}

const barWidth = 24

function barOf({ title, completed, total, unit, remainingSeconds }: Job, columns: number): string {
  const share = total === null || total === 0 ? 0 : completed / total
  const filled = Math.round(share * barWidth)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`
  const count = total === null ? `${number(completed)} ${unit}` : `${number(completed)} of ${number(total)} ${unit}`
  const left = remainingSeconds === null ? '' : `, ${duration(remainingSeconds)} left`
  return `${bar} ${title}: ${count}${left}`.slice(0, columns - 1)
}

export function number(value: number): string {
  return value.toLocaleString('en')
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function bytes(value: number): string {
  if (value < 1_000) return `${value} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length, Math.floor(Math.log10(value) / 3))
  return `${(value / 1_000 ** power).toFixed(power === 1 ? 0 : 1)} ${units[power - 1]}`
}

/** Columns of a table, numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, String(cell).length)
  return rows
    .map((row) =>
      row
        .map((cell, index) =>
          typeof cell === 'number'
            ? String(cell).padStart(widths[index]!)
            : index === row.length - 1
              ? cell
              : cell.padEnd(widths[index]!),
        )
        .join('  '),
    )
    .join('\n')
}

/** One line of text, cut in the middle of nothing: white space folded, control characters out. */
export function line(text: string, length: number): string {
  const folded = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
  return folded.length <= length ? folded : `${folded.slice(0, length - 1).trimEnd()}…`
}
