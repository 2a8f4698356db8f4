import type { NamedQueueState } from '../metrics/queue.js'
import { FairQueue } from './fair-queue.js'

/** So many foreground transactions may overtake a waiting background one. */
const MAX_OVERTAKES = 8

const LANES = ['foreground', 'background'] as const
export type Lane = (typeof LANES)[number]

export interface Waiting {
  readonly lane: Lane
  /** The tenant's place in a FairQueue: tenants take turns. */
  readonly owner?: readonly string[]
  /** Whether it would rather begin when the group before it is being committed than share its commit. */
  readonly patient?: boolean
}

/** Who waits for the one writing connection: requests before work in the background, and in each lane tenants in turns. */
export class WriteLanes {
  readonly #waiting: Readonly<Record<Lane, FairQueue<() => void>>> = {
    foreground: new FairQueue(),
    background: new FairQueue(),
  }
  /** Since when who waits has waited, in the order they came. */
  readonly #arrivals = new Set<{ readonly lane: Lane; readonly patient: boolean; readonly ms: number }>()
  #busy = false
  #overtakes = 0

  /** Waits for the turn, which whoever has it must pass on. */
  async take({ lane, owner = [], patient = false }: Waiting): Promise<void> {
    if (this.#busy) {
      const since = { lane, patient, ms: performance.now() }
      this.#arrivals.add(since)
      await new Promise<void>((start) => this.#waiting[lane].push(owner, start))
      this.#arrivals.delete(since)
    }
    this.#busy = true
  }

  /** Gives the turn to the next. */
  pass(): void {
    const lane = this.#nextLane()
    const start = lane && this.#waiting[lane].shift()
    if (start === undefined) {
      this.#busy = false
      return
    }
    this.#overtakes = lane === 'background' ? 0 : this.#overtakes + 1
    start()
  }

  /** Whether the next turn is a request's, and there are some that would share a commit. */
  wantsToShare(): boolean {
    if (this.#nextLane() !== 'foreground') return false
    for (const { lane, patient } of this.#arrivals) if (lane === 'foreground' && !patient) return true
    return false
  }

  /** What waits for its turn. */
  state(): NamedQueueState[] {
    const now = performance.now()
    return LANES.map((queue) => {
      const oldest = [...this.#arrivals].find(({ lane }) => lane === queue)
      return { queue, length: this.#waiting[queue].size, oldestMs: oldest === undefined ? 0 : now - oldest.ms }
    })
  }

  #nextLane(): Lane | undefined {
    const { foreground, background } = this.#waiting
    if (background.size > 0 && (foreground.size === 0 || this.#overtakes >= MAX_OVERTAKES)) return 'background'
    return foreground.size > 0 ? 'foreground' : undefined
  }
}
