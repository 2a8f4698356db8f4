import type { CompiledQuery } from 'kysely'
import type { StoreScope } from '../scope.js'
import type { ChangeKey } from './indexed-memory.js'
import type { MemoryKind, QueuedText } from './memory.js'
import { insertRows, prepare } from './statement.js'
import type { Executor } from './tables.js'

/** The vector of one chunk of a memory's text. */
export interface MemoryVectorRow {
  /** Of the memory. */
  readonly id: string
  readonly vector: Float32Array
}

/** Where a page of vectors begins: behind this. */
export interface VectorKey extends ChangeKey {
  readonly chunk: number
}

export type ChangedVectorRow = MemoryVectorRow & VectorKey

interface VectorColumns {
  memory_id: string
  vector: Uint8Array
  chunk: number
  change: number
}

const FLOAT_BYTES = 4

function toBytes(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
}

function toVector(bytes: Uint8Array): Float32Array {
  // PostgreSQL's buffers do not always begin at a multiple of four.
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % FLOAT_BYTES === 0 ? bytes : bytes.slice()
  return new Float32Array(buffer, byteOffset, byteLength / FLOAT_BYTES)
}

const vectorsOf = prepare<
  [storeId: string, profileId: string, model: string, first: string, last: string],
  Pick<VectorColumns, 'memory_id' | 'vector'>
>((db, storeId, profileId, model, first, last) =>
  db
    .selectFrom('memory_vector')
    .select(['memory_id', 'vector'])
    .where('store_id', '=', storeId)
    .where('profile_id', '=', profileId)
    .where('model', '=', model)
    .where('memory_id', '>=', first)
    .where('memory_id', '<=', last)
    .orderBy('memory_id')
    .orderBy('chunk'),
)

/** Vectors of the memories of a profile whose ids are from `first` to `last`, both included, by memory and chunk. */
export async function selectVectorsOf(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  model: string,
  { first, last }: { first: string; last: string },
): Promise<MemoryVectorRow[]> {
  const rows = await vectorsOf(executor, scope.storeId, profileId, model, first, last)
  return rows.map((row) => ({ id: row.memory_id, vector: toVector(row.vector) }))
}

const vectorsByChange = prepare<
  [storeId: string, profileId: string, model: string, change: number, id: string, chunk: number, limit: number],
  VectorColumns
>((db, storeId, profileId, model, change, id, chunk, limit) =>
  db
    .selectFrom('memory_vector')
    .select(['memory_id', 'vector', 'chunk', 'change'])
    .where('store_id', '=', storeId)
    .where('profile_id', '=', profileId)
    .where('model', '=', model)
    .where((e) => e(e.refTuple('change', 'memory_id', 'chunk'), '>', e.tuple(change, id, chunk)))
    .orderBy('change')
    .orderBy('memory_id')
    .orderBy('chunk')
    .limit(limit),
)

/** A page of the vectors of a profile that were written behind a key, by change, memory and chunk. */
export async function selectVectorsSince(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  model: string,
  after: VectorKey,
  limit: number,
): Promise<ChangedVectorRow[]> {
  const { storeId } = scope
  const rows = await vectorsByChange(executor, storeId, profileId, model, after.change, after.id, after.chunk, limit)
  return rows.map((row) => ({
    id: row.memory_id,
    chunk: row.chunk,
    change: row.change,
    vector: toVector(row.vector),
  }))
}

/** Inserts the vectors of a memory's chunks; those of other models are erased. */
export function replaceVectors(
  executor: Executor,
  scope: StoreScope,
  { profileId, memoryId }: Pick<QueuedText, 'profileId' | 'memoryId'>,
  { model, vectors, change }: { model: string; vectors: readonly Float32Array[]; change: number },
): CompiledQuery[] {
  return [
    executor
      .deleteFrom('memory_vector')
      .where('store_id', '=', scope.storeId)
      .where('profile_id', '=', profileId)
      .where('memory_id', '=', memoryId)
      .compile(),
    ...insertRows(
      'memory_vector',
      ['store_id', 'profile_id', 'memory_id', 'model', 'chunk', 'vector', 'change'],
      vectors.map((vector, chunk) => [scope.storeId, profileId, memoryId, model, chunk, toBytes(vector), change]),
    ),
  ]
}

/** How many texts one node takes for how long. Times are milliseconds since the epoch. */
export interface Claim {
  readonly now: number
  readonly until: number
  readonly limit: number
}

/**
 * Claims the newest texts that wait, of any store, for one node: the queue is one for all, and what was just written
 * matters before what a change of the encoder queued.
 */
export async function claimQueuedTexts(trx: Executor, { now, until, limit }: Claim): Promise<QueuedText[]> {
  const free = trx
    .selectFrom('encoding_queue')
    .select(['store_id', 'memory_id'])
    .where('claimed_until', '<=', now)
    .orderBy('memory_id', 'desc')
    .limit(limit)
    .forUpdate()
    .skipLocked()
  const rows = await trx
    .updateTable('encoding_queue')
    .set({ claimed_until: until })
    .where((e) => e(e.refTuple('store_id', 'memory_id'), 'in', free.$asTuple('store_id', 'memory_id')))
    .returningAll()
    .execute()
  return rows.map((row) => ({
    storeId: row.store_id,
    profileId: row.profile_id,
    memoryId: row.memory_id,
    kind: row.kind as MemoryKind,
    change: row.change,
  }))
}

/** Gives texts back that were claimed; all there are, when none are named. */
export async function releaseQueuedTexts(trx: Executor, texts?: readonly QueuedText[]): Promise<void> {
  const release = trx.updateTable('encoding_queue').set({ claimed_until: 0 })
  if (texts === undefined) {
    await release.execute()
    return
  }
  for (const { storeId, memoryId, change } of texts) {
    await release
      .where('store_id', '=', storeId)
      .where('memory_id', '=', memoryId)
      .where('change', '=', change)
      .execute()
  }
}

/** Whether any text waits that no node has claimed. */
export async function hasFreeText(executor: Executor, now: number): Promise<boolean> {
  const row = await executor
    .selectFrom('encoding_queue')
    .select('memory_id')
    .where('claimed_until', '<=', now)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Takes texts of a store off the queue.
 *
 * @returns ids of the memories that were still waiting with the same text, for the same profile
 */
export async function dequeueTexts(
  executor: Executor,
  scope: StoreScope,
  texts: readonly QueuedText[],
): Promise<Set<string>> {
  const rows = await executor
    .deleteFrom('encoding_queue')
    .where('store_id', '=', scope.storeId)
    .where((e) =>
      e.or(
        texts.map(({ memoryId, profileId, change }) => e.and({ memory_id: memoryId, profile_id: profileId, change })),
      ),
    )
    .returning('memory_id')
    .execute()
  return new Set(rows.map((row) => row.memory_id))
}
