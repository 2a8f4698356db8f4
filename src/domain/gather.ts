import type { QueueState } from '../metrics/queue.js'

/** What happened to one item of a batch. */
export type Settled<Result> = { readonly value: Result } | { readonly error: Error }

export interface GatherOptions<Item, Result> {
  readonly maxBatchSize: number
  /** How many batches of one key may be under way. */
  readonly atOnce: () => number
  /**
   * Runs a batch of one key; what it throws fails the batch as a whole.
   *
   * @param first one of its items
   * @param take gives the items; what comes until it is called belongs to the batch
   */
  readonly run: (first: Item, take: () => readonly Item[]) => Promise<readonly Settled<Result>[]>
  /** Whether an error that failed a whole batch may be one item's fault, so that the items are tried one by one. */
  readonly isItemFault: (error: unknown) => boolean
}

interface Waiting<Item, Result> {
  readonly item: Item
  /** By the clock of the process. */
  readonly since: number
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** What is under way for a key. */
interface KeyQueue<Item, Result> {
  readonly waiting: Waiting<Item, Result>[]
  running: number
  /** Whether one of those that run has not taken its items yet. */
  gathering: boolean
  /** Of the batches that took their items, how many the last and the one before had. */
  sizes: readonly [number, number]
}

/** A second batch of fewer does not begin early: after each commit, whoever reads reads its pages again. */
const WORTH_A_COMMIT = 6

/** Submits one item and resolves with its own result. */
export interface Gatherer<Item, Result> {
  (key: string, item: Item): Promise<Result>
  /** The items that wait for their batch. */
  waiting(): QueueState
}

/**
 * Gathers concurrent items of one key into batches: the first runs at once, what comes while it runs goes together next.
 * Where two may be under way, the second begins early when it has as many items as the last two had on average, which is
 * when those who were answered have come back: small batches would cost a commit each. Nothing waits when there is no queue.
 */
export function gather<Item, Result>(options: GatherOptions<Item, Result>): Gatherer<Item, Result> {
  const queues = new Map<string, KeyQueue<Item, Result>>()

  const start = (key: string, queue: KeyQueue<Item, Result>) => {
    const { waiting } = queue
    const [first] = waiting
    if (first === undefined) {
      if (queue.running === 0) queues.delete(key)
      return
    }
    if (queue.gathering || queue.running >= options.atOnce()) return
    if (queue.running > 0 && waiting.length < Math.max(WORTH_A_COMMIT, (queue.sizes[0] + queue.sizes[1]) / 2)) return
    queue.gathering = true
    queue.running += 1
    let batch: readonly Waiting<Item, Result>[] | undefined
    const take = () => {
      if (batch !== undefined) return batch
      batch = waiting.splice(0, options.maxBatchSize)
      queue.gathering = false
      queue.sizes = [batch.length, queue.sizes[0]]
      start(key, queue)
      return batch
    }
    void runBatch(first, take, options).finally(() => {
      queue.running -= 1
      start(key, queue)
    })
  }
  const submit = (key: string, item: Item) =>
    new Promise<Result>((resolve, reject) => {
      const queue = queues.get(key) ?? { waiting: [], running: 0, gathering: false, sizes: [0, 0] as const }
      queues.set(key, queue)
      queue.waiting.push({ item, since: performance.now(), resolve, reject })
      start(key, queue)
    })
  return Object.assign(submit, { waiting: () => stateOf([...queues.values()].map(({ waiting }) => waiting)) })
}

function stateOf(queues: readonly (readonly { readonly since: number }[])[]): QueueState {
  const firsts = queues.flatMap(([first]) => (first === undefined ? [] : [first.since]))
  return {
    length: queues.reduce((sum, { length }) => sum + length, 0),
    oldestMs: firsts.length === 0 ? 0 : performance.now() - Math.min(...firsts),
  }
}

async function runBatch<Item, Result>(
  first: Waiting<Item, Result>,
  take: () => readonly Waiting<Item, Result>[],
  options: GatherOptions<Item, Result>,
): Promise<void> {
  try {
    const results = await options.run(first.item, () => take().map(({ item }) => item))
    take().forEach(({ resolve, reject }, index) => {
      const result = results[index]
      if (result !== undefined && 'value' in result) resolve(result.value)
      else reject(result?.error ?? new Error('the batch gave no result for this item'))
    })
  } catch (error) {
    const batch = take()
    if (batch.length > 1 && options.isItemFault(error)) {
      for (const one of batch) await runBatch(one, () => [one], options)
    } else {
      for (const { reject } of batch) reject(error)
    }
  }
}
