/** The name of a text in the matrix: A, B, C … */
export function letterOf(index: number): string {
  return String.fromCharCode(65 + index)
}

export interface Extremes {
  readonly nearest: readonly [number, number]
  readonly furthest: readonly [number, number]
}

/** The two texts that are nearest to each other, and the two that are furthest; `null` for fewer than three. */
export function extremesOf(rows: readonly (readonly number[])[]): Extremes | null {
  if (rows.length < 3) return null
  let nearest: [number, number] = [0, 1]
  let furthest: [number, number] = [0, 1]
  const at = ([i, j]: readonly [number, number]): number => rows[i]?.[j] ?? 0
  for (let i = 0; i < rows.length; i++) {
    for (let j = i + 1; j < rows.length; j++) {
      if (at([i, j]) > at(nearest)) nearest = [i, j]
      if (at([i, j]) < at(furthest)) furthest = [i, j]
    }
  }
  return { nearest, furthest }
}

/** How dark a figure's field is, 0…1: from the least to the greatest of the matrix, the diagonal left out. */
export function shadesOf(rows: readonly (readonly number[])[]): number[][] {
  const others = rows.flatMap((row, i) => row.filter((_, j) => j !== i))
  const least = Math.min(...others)
  const range = Math.max(...others) - least
  return rows.map((row, i) => row.map((value, j) => (i === j || range < 1e-6 ? 0 : (value - least) / range)))
}

/** `0.82`, `−0.04`, `1.00` */
export function formatCosine(value: number): string {
  return value.toFixed(2).replace('-0.00', '0.00').replace('-', '−')
}
