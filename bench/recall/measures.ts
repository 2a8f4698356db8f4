/** Ranking measures over gold ids: each id counts once, at the first memory that covers it. */
export interface Measures {
  recall3: number
  recall5: number
  recall10: number
  recall20: number
  ndcg10: number
  mrr20: number
}

/** Measures of one ranking, 0 to 1. */
export function measure(ranking: readonly (readonly string[])[], gold: ReadonlySet<string>): Measures {
  const found = new Set<string>()
  const covered: number[] = []
  let gain = 0
  let firstRank = 0
  ranking.slice(0, 20).forEach((ids, index) => {
    const fresh = ids.filter((id) => gold.has(id) && !found.has(id))
    for (const id of fresh) found.add(id)
    if (fresh.length > 0 && firstRank === 0) firstRank = index + 1
    if (index < 10) gain += fresh.length / Math.log2(index + 2)
    covered.push(found.size / gold.size)
  })
  let ideal = 0
  for (let index = 0; index < Math.min(gold.size, 10); index += 1) ideal += 1 / Math.log2(index + 2)
  const at = (rank: number) => covered[Math.min(rank, covered.length) - 1] ?? 0
  return {
    recall3: at(3),
    recall5: at(5),
    recall10: at(10),
    recall20: at(20),
    ndcg10: gain / ideal,
    mrr20: firstRank === 0 ? 0 : 1 / firstRank,
  }
}

/** The mean of measures, in percent with one decimal. */
export function meanOf(all: readonly Measures[]): Record<keyof Measures, string> {
  const mean = (key: keyof Measures) => {
    const sum = all.reduce((total, measures) => total + measures[key], 0)
    return ((100 * sum) / Math.max(all.length, 1)).toFixed(1)
  }
  return {
    recall3: mean('recall3'),
    recall5: mean('recall5'),
    recall10: mean('recall10'),
    recall20: mean('recall20'),
    ndcg10: mean('ndcg10'),
    mrr20: mean('mrr20'),
  }
}
