import type { MemoryKind } from './memory.js'
import type { Executor } from './tables.js'

/** How much waits and when the oldest came, in milliseconds since the epoch. */
export interface QueueDepth {
  readonly count: number
  readonly oldestAt: number | undefined
}

/** A queue is counted so far: whoever watches it knows enough then, and no count takes long. */
const MOST_JOBS = 1000
const MOST_TEXTS = 10_000
/** So many of the oldest memories that wait are looked at for the oldest text. */
const OLDEST_TEXTS = 100

/** Jobs of a status: those that wait or run are QUEUED, those set aside FAILED. */
export async function measureJobs(executor: Executor, status: 'QUEUED' | 'FAILED'): Promise<QueueDepth> {
  const some = executor.selectFrom('job').select('created_at').where('status', '=', status).limit(MOST_JOBS)
  const row = await executor
    .selectFrom(some.as('some'))
    .select((e) => [e.fn.countAll<number>().as('count'), e.fn.min('created_at').as('oldest')])
    .executeTakeFirstOrThrow()
  return { count: Number(row.count), oldestAt: toTime(row.oldest) }
}

/** Memories that wait for their vectors, and when the oldest of their texts was written. */
export async function measureEncodingQueue(executor: Executor): Promise<QueueDepth> {
  const some = executor.selectFrom('encoding_queue').select('memory_id').limit(MOST_TEXTS)
  const { count } = await executor
    .selectFrom(some.as('some'))
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  const oldest = [await findOldestText(executor, 'observation'), await findOldestText(executor, 'summary')]
  const times = oldest.filter((time) => time !== undefined)
  return { count: Number(count), oldestAt: times.length === 0 ? undefined : Math.min(...times) }
}

/** When the oldest of the texts was written that belong to the hundred oldest memories of a kind that wait. */
export async function findOldestText(executor: Executor, kind: MemoryKind): Promise<number | undefined> {
  const first = executor
    .selectFrom('encoding_queue')
    .select(['store_id', 'profile_id', 'memory_id'])
    // By the prefix of the id, which the index is in the order of: a queue full of the other kind is not read.
    .where('memory_id', '>=', `mem_${kind}_`)
    .where('memory_id', '<', `mem_${kind}~`)
    .orderBy('memory_id')
    .limit(OLDEST_TEXTS)
  // Both tables have the columns asked for; the types of a query know one table.
  const table = kind as 'observation'
  const row = await executor
    .selectFrom(first.as('first'))
    .innerJoin(table, (join) =>
      join
        .onRef(`${table}.store_id`, '=', 'first.store_id')
        .onRef(`${table}.profile_id`, '=', 'first.profile_id')
        .onRef(`${table}.id`, '=', 'first.memory_id'),
    )
    .select((e) => e.fn.min(`${table}.updated_at`).as('oldest'))
    .executeTakeFirst()
  return toTime(row?.oldest)
}

function toTime(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : Number(value)
}
