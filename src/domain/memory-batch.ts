import type { Context } from '../context.js'
import { type Refusal, toRefusal } from '../refusal.js'
import type { Actor, StoreScope } from '../scope.js'
import { insertEvents } from '../storage/event.js'
import { type Owned, queueForEncoding } from '../storage/memory.js'
import { lockMemoryVersions, raiseMemoryVersion } from '../storage/memory-version.js'
import { insertObservations, type ObservationRow } from '../storage/observation.js'
import type { Procedure } from '../storage/procedure.js'
import { runAll } from '../storage/statement.js'
import { insertSummaries, type SummaryRow } from '../storage/summary.js'
import type { Executor } from '../storage/tables.js'
import { refuseProfile } from './canonical-profile.js'
import { createEvent } from './event.js'

/** Memories to be added to a profile; their `change` is set when they are. */
export type NewMemories = { readonly actor: Actor; readonly profileId: string } & (
  | { readonly kind: 'observation'; readonly rows: readonly ObservationRow[] }
  | { readonly kind: 'summary'; readonly rows: readonly SummaryRow[] }
)

/** Additions to profiles of one store. Plain data: they may be written in another thread. */
export interface MemoryBatch {
  readonly scope: StoreScope
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Whether texts are to be encoded. */
  readonly encodes: boolean
  readonly additions: readonly NewMemories[]
}

/** What became of each addition: nothing to say, or why it was refused. Plain data. */
export type MemoryBatchResult = readonly (Refusal | undefined)[]

type Maker = Pick<Context, 'now' | 'newId'>

/** The procedure that adds memories. @param newId makes ids as of the time it is given */
export function memoryBatch(newId: (now: number) => Context['newId']): Procedure<MemoryBatch, MemoryBatchResult> {
  return {
    name: 'memory-batch',
    run: (trx, batch) => addMemories({ now: () => batch.now, newId: newId(batch.now) }, trx, batch),
  }
}

/** Each addition raises the memory version of its profile by one; a profile that is not there refuses its own alone. */
async function addMemories(
  maker: Maker,
  trx: Executor,
  { scope, encodes, additions }: MemoryBatch,
): Promise<MemoryBatchResult> {
  const versions = await lockMemoryVersions(trx, scope, [...new Set(additions.map(({ profileId }) => profileId))])
  const raised = new Map<string, number>()
  const added: NewMemories[] = []
  const results: (Refusal | undefined)[] = []
  for (const addition of additions) {
    const { profileId } = addition
    const memories = versions.get(profileId)
    if (memories === undefined) {
      results.push(await refuseProfile(trx, scope, profileId).catch(toRefusal))
      continue
    }
    const by = (raised.get(profileId) ?? 0) + 1
    raised.set(profileId, by)
    added.push(withChange(addition, memories.version + by))
    results.push(undefined)
  }
  await runAll(trx, [
    ...insertMemories(scope, added),
    ...(encodes ? queueForEncoding(scope, added.flatMap(toTexts)) : []),
    ...[...raised].map(([profileId, by]) => raiseMemoryVersion(trx, scope, profileId, { by, rebuild: false })),
    ...insertEvents(
      scope.storeId,
      added.flatMap((addition) => describe(maker, addition)),
    ),
  ])
  return results
}

function withChange(addition: NewMemories, change: number): NewMemories {
  // Apart, for the compiler.
  return addition.kind === 'observation'
    ? { ...addition, rows: addition.rows.map((row) => ({ ...row, change })) }
    : { ...addition, rows: addition.rows.map((row) => ({ ...row, change })) }
}

function insertMemories(scope: StoreScope, added: readonly NewMemories[]) {
  const observations: Owned<ObservationRow>[] = []
  const summaries: Owned<SummaryRow>[] = []
  for (const { profileId, kind, rows } of added) {
    if (kind === 'observation') observations.push(...rows.map((row) => ({ ...row, profileId })))
    else summaries.push(...rows.map((row) => ({ ...row, profileId })))
  }
  return [...insertObservations(scope, observations), ...insertSummaries(scope, summaries)]
}

function toTexts({ profileId, kind, rows }: NewMemories) {
  return rows.map(({ id, change }) => ({ id, profileId, kind, change }))
}

function describe(maker: Maker, { actor, profileId, kind, rows }: NewMemories) {
  return rows.map(({ id }) => createEvent(maker, actor, `${kind}.created`, id, { profile: profileId }))
}
