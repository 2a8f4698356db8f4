/** How candidates compare. */
export interface Selection {
  /** Candidates of one key say the same; one stands for all. Nothing for a candidate that stands for itself alone. */
  keyOf(candidate: number): number | undefined
  isBetter(a: number, b: number): boolean
  isNewer(a: number, b: number): boolean
}

/**
 * The best candidates in order, without sorting them all: of candidates with one key only the newest is taken.
 *
 * @param limit how many to take at most
 */
export function selectBest(candidates: Iterable<number>, limit: number, selection: Selection): number[] {
  if (limit === 0) return []
  const newest = new Map<number, number>()
  const best: number[] = []
  for (const candidate of candidates) {
    const key = selection.keyOf(candidate)
    const known = key === undefined ? undefined : newest.get(key)
    if (key === undefined) offer(best, candidate, limit, selection)
    else if (known === undefined || selection.isNewer(candidate, known)) newest.set(key, candidate)
  }
  for (const candidate of newest.values()) offer(best, candidate, limit, selection)
  return best
}

function offer(best: number[], candidate: number, limit: number, selection: Selection): void {
  const last = best.at(-1)
  if (best.length === limit && last !== undefined && !selection.isBetter(candidate, last)) return
  best.splice(findPlace(best, candidate, selection), 0, candidate)
  if (best.length > limit) best.pop()
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
