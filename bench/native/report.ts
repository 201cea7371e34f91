import type { Latency, NativeReport } from './bench-native.ts'

/** A report as text for a terminal. */
export function nativeReportText(report: NativeReport): string {
  const { machine, javascript, batch, add, background } = report
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.simdLevel}, ${machine.stolenPercent.toFixed(1)} % stolen; Node ${machine.node}, FAISS ${machine.faissVersion}`,
    `Flat, inner product, ${report.dimension} dimensions, ${report.queries} single queries; p50/p95 in ms`,
    '',
    table(
      ['n', 'k', 'akin', 'FAISS in C++', 'core in C++', 'akin ÷ FAISS', 'GB/s'],
      report.search.map((row) => [
        count(row.n),
        String(row.k),
        ms(row.akin),
        ms(row.faiss),
        ms(row.core),
        row.ratio.toFixed(2),
        row.gigabytesPerSecond.toFixed(1),
      ]),
    ),
    '',
    table(
      ['n', 'selected', 'ranges', 'akin', 'gather-scan in C++', 'akin ÷ scan'],
      report.filters.map((row) => [
        count(row.n),
        `${count(row.selected)} (${row.share * 100} %)`,
        count(row.ranges),
        ms(row.akin),
        ms(row.gatherScan),
        row.ratio.toFixed(2),
      ]),
    ),
    '',
    `Plain JavaScript at ${count(javascript.n)}: ${ms(javascript.loop)}; akin ÷ JavaScript ${javascript.ratio.toFixed(2)}`,
    `Batch of ${count(batch.queries)} at ${count(batch.n)}: ${count(batch.queriesPerSecond)} queries/s`,
    `Adding, 1,000 a call, to ${count(add.n)}: ${count(add.vectorsPerSecond)} vectors/s`,
    `Scores of ${count(background.sample)} vectors spread over ${count(background.n)}: ${ms(background.latency)}`,
  ].join('\n')
}

function ms({ p50, p95 }: Latency): string {
  return `${p50.toFixed(3)}/${p95.toFixed(3)}`
}

function count(number: number): string {
  return number.toLocaleString('en')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  return [head, ...rows].map((row) => row.map((cell, column) => cell.padStart(widths[column]!)).join('  ')).join('\n')
}
