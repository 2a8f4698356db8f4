/**
 * A queue in which owners take turns: each gets one item served before any gets a second, however many it put in. Owners
 * are a path, such as account and store: accounts take turns, and among an account's items its stores do. What stands
 * above the others, such as an account's item outside of stores, comes first. With one owner it is first in, first out.
 */
export class FairQueue<T> {
  readonly #own: T[] = []
  /** In the order of their next turn. */
  readonly #children = new Map<string, FairQueue<T>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  push([first, ...rest]: readonly string[], item: T): void {
    this.#size += 1
    if (first === undefined) {
      this.#own.push(item)
      return
    }
    const child = this.#children.get(first) ?? new FairQueue<T>()
    this.#children.set(first, child)
    child.push(rest, item)
  }

  /** Takes the next item out; nothing when there is none. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined
    this.#size -= 1
    if (this.#own.length > 0) return this.#own.shift()
    for (const [name, child] of this.#children) {
      const item = child.shift()
      // Behind the others, or out.
      this.#children.delete(name)
      if (child.size > 0) this.#children.set(name, child)
      return item
    }
    return undefined
  }
}
