/** Measures of ranked lists and of scores, as trec_eval and the STS tasks define them. */

/** Judgments of one query: document id → grade, 0 and less meaning not relevant. */
export type Judgments = ReadonlyMap<string, number>

/** nDCG with linear gain and log2 discount at a depth. */
export function ndcg(ranking: readonly string[], judgments: Judgments, depth: number): number {
  const gainOf = (id: string): number => Math.max(0, judgments.get(id) ?? 0)
  const dcg = sum(ranking.slice(0, depth).map((id, index) => gainOf(id) / Math.log2(index + 2)))
  const ideal = [...judgments.values()].filter((grade) => grade > 0).toSorted((a, b) => b - a)
  const best = sum(ideal.slice(0, depth).map((grade, index) => grade / Math.log2(index + 2)))
  return best === 0 ? 0 : dcg / best
}

/** Average precision of the whole ranking. */
export function averagePrecision(ranking: readonly string[], judgments: Judgments): number {
  const relevant = [...judgments.values()].filter((grade) => grade > 0).length
  let found = 0
  let total = 0
  for (const [index, id] of ranking.entries()) {
    if ((judgments.get(id) ?? 0) <= 0) continue
    found++
    total += found / (index + 1)
  }
  return relevant === 0 ? 0 : total / relevant
}

export function recall(ranking: readonly string[], judgments: Judgments, depth: number): number {
  const relevant = [...judgments].filter(([, grade]) => grade > 0).map(([id]) => id)
  const top = new Set(ranking.slice(0, depth))
  return relevant.length === 0 ? 0 : relevant.filter((id) => top.has(id)).length / relevant.length
}

/** Chance that a positive gets a higher score than a negative; ties count half. */
export function auc(positives: readonly number[], negatives: readonly number[]): number | null {
  if (positives.length === 0 || negatives.length === 0) return null
  let wins = 0
  for (const positive of positives)
    for (const negative of negatives) wins += positive > negative ? 1 : positive === negative ? 0.5 : 0
  return wins / (positives.length * negatives.length)
}

export function pearson(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)]
  const covariance = sum(a.map((value, index) => (value - meanA) * (b[index]! - meanB)))
  const spread = Math.sqrt(sum(a.map((value) => (value - meanA) ** 2)) * sum(b.map((value) => (value - meanB) ** 2)))
  return spread === 0 ? 0 : covariance / spread
}

/** Pearson of the ranks, ties with their mean rank. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  return pearson(ranksOf(a), ranksOf(b))
}

function ranksOf(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).toSorted((a, b) => a.value - b.value)
  const ranks: number[] = Array.from({ length: values.length })
  for (let start = 0; start < order.length;) {
    let end = start
    while (end < order.length && order[end]!.value === order[start]!.value) end++
    for (let i = start; i < end; i++) ranks[order[i]!.index] = (start + end - 1) / 2 + 1
    start = end
  }
  return ranks
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
