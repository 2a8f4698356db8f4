import type { QueueState } from '../metrics/queue.js'

/** What happened to one item of a batch. */
export type Settled<Result> = { readonly value: Result } | { readonly error: Error }

export interface GatherOptions<Item, Result> {
  readonly maxBatchSize: number
  /** Runs a batch of one key; what it throws fails the batch as a whole. */
  readonly run: (key: string, items: readonly Item[]) => Promise<readonly Settled<Result>[]>
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

/** Submits one item and resolves with its own result. */
export interface Gatherer<Item, Result> {
  (key: string, item: Item): Promise<Result>
  /** The items that wait for their batch. */
  waiting(): QueueState
}

/**
 * Gathers concurrent items of one key into batches: the first runs at once, what comes while a batch runs goes together
 * next. Nothing waits when there is no queue.
 */
export function gather<Item, Result>(options: GatherOptions<Item, Result>): Gatherer<Item, Result> {
  // A key is here while a batch of it runs.
  const queues = new Map<string, Waiting<Item, Result>[]>()

  const drain = async (key: string, waiting: Waiting<Item, Result>[]) => {
    queues.set(key, waiting)
    while (waiting.length > 0) await runBatch(key, waiting.splice(0, options.maxBatchSize), options)
    queues.delete(key)
  }
  const submit = (key: string, item: Item) =>
    new Promise<Result>((resolve, reject) => {
      const one = { item, since: performance.now(), resolve, reject }
      const waiting = queues.get(key)
      if (waiting === undefined) void drain(key, [one])
      else waiting.push(one)
    })
  return Object.assign(submit, { waiting: () => stateOf([...queues.values()]) })
}

function stateOf(queues: readonly (readonly { readonly since: number }[])[]): QueueState {
  const firsts = queues.flatMap(([first]) => (first === undefined ? [] : [first.since]))
  return {
    length: queues.reduce((sum, { length }) => sum + length, 0),
    oldestMs: firsts.length === 0 ? 0 : performance.now() - Math.min(...firsts),
  }
}

async function runBatch<Item, Result>(
  key: string,
  batch: readonly Waiting<Item, Result>[],
  options: GatherOptions<Item, Result>,
): Promise<void> {
  try {
    const results = await options.run(
      key,
      batch.map(({ item }) => item),
    )
    batch.forEach(({ resolve, reject }, index) => {
      const result = results[index]
      if (result !== undefined && 'value' in result) resolve(result.value)
      else reject(result?.error ?? new Error('the batch gave no result for this item'))
    })
  } catch (error) {
    if (batch.length > 1 && options.isItemFault(error)) {
      for (const one of batch) await runBatch(key, [one], options)
    } else {
      for (const { reject } of batch) reject(error)
    }
  }
}
