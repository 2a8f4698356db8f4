/** How candidates compare. */
export interface Selection {
  /** Candidates of one key say the same; one stands for all. */
  keyOf(candidate: number): string
  isBetter(a: number, b: number): boolean
  isNewer(a: number, b: number): boolean
}

/**
 * The best candidates in order, without sorting them all: of candidates with one key only the newest is taken.
 *
 * @param limit how many to take at most
 */
export function selectBest(candidates: readonly number[], limit: number, selection: Selection): number[] {
  if (limit === 0) return []
  const newest = new Map<string, number>()
  for (const candidate of candidates) {
    const key = selection.keyOf(candidate)
    const known = newest.get(key)
    if (known === undefined || selection.isNewer(candidate, known)) newest.set(key, candidate)
  }
  const best: number[] = []
  for (const candidate of newest.values()) {
    const last = best.at(-1)
    if (best.length === limit && last !== undefined && !selection.isBetter(candidate, last)) continue
    best.splice(findPlace(best, candidate, selection), 0, candidate)
    if (best.length > limit) best.pop()
  }
  return best
}

function findPlace(best: readonly number[], candidate: number, { isBetter }: Selection): number {
  let low = 0
  let high = best.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBetter(candidate, best[middle] ?? -1)) high = middle
    else low = middle + 1
  }
  return low
}
