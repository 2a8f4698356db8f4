import type { Context } from '../../context.js'
import type { StoreScope } from '../../scope.js'
import type { DecidedBatch } from './batch.js'
import type { Hub } from './write-changes.js'

/** How the writes of a batch ended. Plain data. */
export interface BatchCounts {
  readonly created: number
  readonly updated: number
  readonly merged: number
  readonly refused: number
  /** Writes that would have merged profiles, had no hub been in the way. */
  readonly keptApart: number
  readonly hubs: readonly Hub[]
}

/** @param invalid writes that were refused before the batch was decided */
export function countOutcomes({ outcomes, hubs }: DecidedBatch, invalid = 0): BatchCounts {
  const counts = { created: 0, updated: 0, merged: 0, refused: invalid, keptApart: 0 }
  for (const outcome of outcomes) {
    if ('refusal' in outcome) counts.refused += 1
    else {
      counts[outcome.effect] += 1
      if (outcome.keptApart) counts.keptApart += 1
    }
  }
  return { ...counts, hubs }
}

/** Counts what was decided, and tells the operator of values that join no more; the values stay out of the log. */
export function reportBatch(ctx: Pick<Context, 'log' | 'metrics'>, scope: StoreScope, counts: BatchCounts): void {
  const { log, metrics } = ctx
  for (const { idType, profileId } of counts.hubs) {
    log.warn({ store: scope.storeId, profile: profileId, idType }, 'an identifier became a hub and merges no more')
    metrics.hubs.inc({ id_type: idType })
  }
  metrics.hubRefusals.inc(counts.keptApart)
  let size = 0
  for (const outcome of ['created', 'updated', 'merged', 'refused'] as const) {
    if (counts[outcome] > 0) metrics.resolutions.inc({ outcome }, counts[outcome])
    size += counts[outcome]
  }
  metrics.batchSize.observe(size)
}
