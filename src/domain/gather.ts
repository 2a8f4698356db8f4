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
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/**
 * Gathers concurrent items of one key into batches: the first runs at once, what comes while it runs goes together next.
 * Nothing waits when there is no queue.
 *
 * @returns a function that submits one item and resolves with its own result
 */
export function gather<Item, Result>(
  options: GatherOptions<Item, Result>,
): (key: string, item: Item) => Promise<Result> {
  const queues = new Map<string, Waiting<Item, Result>[]>()

  const drain = async (key: string, queue: Waiting<Item, Result>[]) => {
    while (queue.length > 0) await runBatch(key, queue.splice(0, options.maxBatchSize), options)
    queues.delete(key)
  }
  return (key, item) =>
    new Promise((resolve, reject) => {
      const queue = queues.get(key)
      if (queue !== undefined) {
        queue.push({ item, resolve, reject })
        return
      }
      const fresh = [{ item, resolve, reject }]
      queues.set(key, fresh)
      void drain(key, fresh)
    })
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
