import { AkinError, toWireError } from '../shared/errors.ts'
import type { Job } from '../shared/model/job.ts'
import { shown, shownText } from './escape.ts'

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
  #writeError: Error | undefined

  constructor(isJson: boolean) {
    this.isJson = isJson
    // Whoever reads may have seen enough (`| head`): that is no failure, and the rest is written to nobody
    for (const stream of [process.stdout, process.stderr])
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') this.#writeError ??= error
      })
  }

  /** Why something could not be written: a full disk behind `>`, say. */
  get writeError(): Error | undefined {
    return this.#writeError
  }

  /** The result: one line of JSON, or text for people. */
  result(value: object, text: () => string): void {
    this.clearProgress()
    process.stdout.write(this.isJson ? `${JSON.stringify(value)}\n` : `${shownText(text())}\n`)
  }

  /** Something to know beside the result. */
  note(text: string): void {
    this.clearProgress()
    process.stderr.write(`${shown(text)}\n`)
  }

  /** A bar that is written over; nothing where nobody watches. */
  progress(job: Job): void {
    if (!this.#isTerminal) return
    this.clearProgress()
    this.#bar = barOf(job, process.stderr.columns ?? 80)
    process.stderr.write(this.#bar)
  }

  /** What is waited for, written over as well. */
  wait(text: string): void {
    if (!this.#isTerminal) return
    this.clearProgress()
    this.#bar = text
    process.stderr.write(text)
  }

  clearProgress(): void {
    if (this.#bar === '') return
    process.stderr.write(`\r\u001B[K`)
    this.#bar = ''
  }

  /**
   * Tells an error and returns the exit code for it.
   *
   * @param result what came out all the same; in JSON the error is told beside it
   */
  error(error: unknown, result: object = {}): number {
    this.clearProgress()
    const wire = toWireError(error)
    if (this.isJson) process.stdout.write(`${JSON.stringify({ ...result, error: wire })}\n`)
    process.stderr.write(`akin: ${sentence(wire)}\n`)
    for (const text of excerpt(wire.details)) process.stderr.write(`  ${text}\n`)
    if (!(error instanceof AkinError) && process.env.AKIN_DEBUG !== undefined) process.stderr.write(`${(error as Error).stack}\n`)
    return usageErrors.has(wire.code) ? exitCodes.usage : exitCodes.failed
  }
}

/** What happened and what to do, on one line. */
export function sentence({ message, advice }: { message: string; advice?: string | null }): string {
  return shown(advice === undefined || advice === null ? message : `${message}. ${advice}`)
}

/** Characters of a query that are shown before and behind its problem. */
const excerptMargin = 40

/** The place in a query that an error is about, underlined; nothing for other errors. */
function excerpt(details: Readonly<Record<string, unknown>> = {}): string[] {
  const { query, start, end } = details
  if (typeof query !== 'string' || typeof start !== 'number' || typeof end !== 'number') return []
  const from = Math.max(0, start - excerptMargin)
  // One sign for one, so that the line below fits
  const text = query.slice(from, end + excerptMargin).replaceAll(/[\p{Cc}\u2028-\u202E\u2066-\u2069]/gu, ' ')
  return [text, `${' '.repeat(start - from)}${'^'.repeat(Math.max(1, Math.min(end - start, text.length)))}`]
}

const barWidth = 24

function barOf({ title, completed, total, unit, remainingSeconds }: Job, columns: number): string {
  const share = total === null || total === 0 ? 0 : completed / total
  const filled = Math.round(share * barWidth)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`
  const amount = (value: number): string => (unit === 'bytes' ? bytes(value) : number(value))
  const counted = total === null ? amount(completed) : `${amount(completed)} of ${amount(total)}`
  const count = unit === 'bytes' ? counted : `${counted} ${unit}`
  const left = remainingSeconds === null ? '' : `, ${duration(remainingSeconds)} left`
  return shown(`${bar} ${title}: ${count}${left}`).slice(0, columns - 1)
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

/** One line of text, cut in the middle of nothing: white space folded. */
export function line(text: string, length: number): string {
  const folded = shown(text.replaceAll(/\s+/gu, ' ').trim())
  return folded.length <= length ? folded : `${folded.slice(0, length - 1).trimEnd()}…`
}
