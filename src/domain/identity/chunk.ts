import type { Context } from '../../context.js'
import { toError } from '../../refusal.js'
import type { Actor, StoreScope } from '../../scope.js'
import type { Procedure } from '../../storage/procedure.js'
import type { Executor } from '../../storage/tables.js'
import { loadSchema, type SchemaReader, type StoreSchema } from '../schema.js'
import { requireStore } from '../store-lock.js'
import { type BatchWrite, type DecidedBatch, decideBatch, type PreparedWrite } from './batch.js'
import { rulesOf } from './decide.js'
import { type BatchCounts, countOutcomes, reportBatch } from './report.js'

/** Work in the background that writes profiles, chunk by chunk; a thread of the database knows it by its name. */
export interface ChunkKind<Item, State> {
  readonly name: string
  /** Validates an item. What it throws refuses that item alone. */
  readonly prepare: (schema: StoreSchema, item: Item, state: State) => PreparedItem
  /** Runs in the same transaction after the writes; what it throws undoes them all. */
  readonly follow: (trx: Executor, state: State, report: ChunkReport) => Promise<void>
}

export interface PreparedItem {
  /** The profile it names; absent when identity alone decides. */
  readonly target?: string
  readonly prepared: PreparedWrite
  readonly warnings?: readonly Omit<ChunkWarning, 'index'>[]
}

/** A value of an item that was left out. */
export interface ChunkWarning {
  /** Place of the item in the chunk. */
  readonly index: number
  readonly columnName: string
  readonly reason: string
}

/** What became of a chunk's items. */
export interface ChunkReport {
  readonly refused: readonly { readonly index: number; readonly reason: string }[]
  readonly warnings: readonly ChunkWarning[]
}

/** Items that are written together. Plain data. */
export interface Chunk<Item, State> {
  readonly scope: StoreScope
  readonly actor: Actor
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Times of the writes, from this one on, see `ordinal` in storage/tables.ts. */
  readonly firstOrdinal: number
  readonly limits: { readonly joinedProfiles: number }
  readonly items: readonly Item[]
  readonly state: State
}

/** Plain data. */
export interface ChunkResult extends BatchCounts {
  readonly warnings: number
}

/** What procedures of chunks stand on. */
export interface ChunkMaker extends SchemaReader {
  /** Makes ids as of the time it is given. */
  readonly newId: (now: number) => Context['newId']
}

/** The procedure that validates a chunk by the store's schema and decides it. */
export function chunkProcedure<Item, State>(
  maker: ChunkMaker,
  kind: ChunkKind<Item, State>,
): Procedure<Chunk<Item, State>, ChunkResult> {
  return {
    name: kind.name,
    run: async (trx, chunk) => {
      const { items, result } = await decideChunk(maker, trx, kind, chunk)
      const report = toReport(items, result)
      await kind.follow(trx, chunk.state, report)
      const invalid = items.filter((item) => 'reason' in item).length
      return { ...countOutcomes(result, invalid), warnings: report.warnings.length }
    },
  }
}

/**
 * Has a chunk written, in a transaction of its own, wherever the engine likes.
 *
 * @throws StorageUnavailableError and whatever `follow` throws: nothing was applied then
 */
export async function writeChunk<Item, State>(
  ctx: Context,
  scope: StoreScope,
  kind: ChunkKind<Item, State>,
  { actor, items, state }: Pick<Chunk<Item, State>, 'actor' | 'items' | 'state'>,
): Promise<ChunkResult> {
  const procedure = chunkProcedure({ schemas: ctx.schemas, metrics: ctx.metrics, newId: () => ctx.newId }, kind)
  const toChunk = (): Chunk<Item, State> => ({
    scope,
    actor,
    now: ctx.now(),
    firstOrdinal: ctx.tick(items.length),
    limits: { joinedProfiles: ctx.config.limits.joinedProfiles },
    items,
    state,
  })
  const result = await ctx.db.call(procedure, toChunk, { background: true, owner: scope })
  reportBatch(ctx, scope, result)
  return result
}

type ReadItem = PreparedItem | { readonly reason: string }

interface DecidedChunk {
  readonly items: readonly ReadItem[]
  /** Of the items that were valid. */
  readonly result: DecidedBatch
}

async function decideChunk<Item, State>(
  maker: ChunkMaker,
  trx: Executor,
  kind: ChunkKind<Item, State>,
  chunk: Chunk<Item, State>,
): Promise<DecidedChunk> {
  const { scope } = chunk
  const decided = await decideBy(await loadSchema(maker, trx, scope), maker, trx, kind, chunk)
  if (decided !== undefined) return decided
  // Its schema is another one by now; while the store is held, it stays.
  const { schemaVersion } = await requireStore(trx, scope, 'identity')
  const again = await decideBy(await loadSchema(maker, trx, scope, schemaVersion), maker, trx, kind, chunk)
  if (again === undefined) throw new Error('the schema changed in a store that is held')
  return again
}

/** Nothing when the store's schema is another one; nothing was written then. */
async function decideBy<Item, State>(
  schema: StoreSchema,
  maker: ChunkMaker,
  trx: Executor,
  kind: ChunkKind<Item, State>,
  { scope, actor, now, firstOrdinal, limits, items: given, state }: Chunk<Item, State>,
): Promise<DecidedChunk | undefined> {
  const items = given.map((item) => readItem(() => kind.prepare(schema, item, state)))
  const writes = items.flatMap((item, index): BatchWrite[] =>
    'reason' in item ? [] : [{ actor, target: item.target, prepared: item.prepared, ordinal: firstOrdinal + index }],
  )
  const batch = { scope, now, rules: rulesOf(schema, limits), schemaVersion: schema.version, writes }
  const result = await decideBatch({ now: () => now, newId: maker.newId(now) }, trx, batch)
  return 'outcomes' in result ? { items, result } : undefined
}

function readItem(prepare: () => PreparedItem): ReadItem {
  try {
    return prepare()
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}

function toReport(items: readonly ReadItem[], { outcomes }: DecidedBatch): ChunkReport {
  const refused: { index: number; reason: string }[] = []
  const warnings: ChunkWarning[] = []
  let decided = 0
  for (const [index, item] of items.entries()) {
    if ('reason' in item) {
      refused.push({ index, reason: item.reason })
      continue
    }
    for (const warning of item.warnings ?? []) warnings.push({ ...warning, index })
    const outcome = outcomes[decided++]
    if (outcome !== undefined && 'refusal' in outcome) refused.push({ index, reason: toError(outcome.refusal).message })
  }
  return { refused, warnings }
}
