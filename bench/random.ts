/** Random numbers that are the same in each run. */
export interface Random {
  /** From 0 to 1, without 1. */
  fraction(): number
  /** A whole number below `limit`. */
  integer(limit: number): number
  pick<T>(items: readonly T[]): T
}

/** The generator is mulberry32: small, and good enough to mix texts. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (limit: number) => Math.floor(fraction() * limit)
  return {
    fraction,
    integer,
    pick(items) {
      if (items.length === 0) throw new Error('nothing to pick from')
      return items[integer(items.length)] as (typeof items)[number]
    },
  }
}
