import { FairQueue } from './fair-queue.js'

/** Lets so many in at a time; those who wait take turns by owner. */
export class FairGate {
  readonly #waiting = new FairQueue<() => void>()
  #free: number

  constructor(places: number) {
    this.#free = places
  }

  /** Runs `work` as soon as there is a place. */
  async run<T>(owner: readonly string[], work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((enter) => this.#waiting.push(owner, enter))
    try {
      return await work()
    } finally {
      // The place goes to the next at once: whoever comes now may not overtake it.
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }
}
