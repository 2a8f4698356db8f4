import { groupBy } from '../../group-by.js'
import type { StoreScope } from '../../scope.js'
import type { QueuedText } from '../../storage/memory.js'
import {
  type Claim,
  claimQueuedTexts,
  dequeueTexts,
  releaseQueuedTexts,
  replaceVectors,
} from '../../storage/memory-vector.js'
import { lockMemoryVersions, raiseMemoryVersion } from '../../storage/memory-version.js'
import type { Procedure } from '../../storage/procedure.js'
import { type CompiledQuery, runAll } from '../../storage/statement.js'
import type { Executor } from '../../storage/tables.js'

/** A text that waited, with the vectors of its chunks. */
export interface Encoded {
  readonly queued: QueuedText
  readonly vectors: readonly Float32Array[]
}

/** Texts of one store that were encoded. */
export interface EncodedTexts {
  readonly scope: StoreScope
  readonly model: string
  readonly encoded: readonly Encoded[]
}

/** Claims texts that wait. */
export const CLAIM_TEXTS: Procedure<Claim, QueuedText[]> = { name: 'claim-texts', run: claimQueuedTexts }

/** Stores vectors and takes their texts off the queue; a text that changed or went meanwhile is left to its next turn. */
export const STORE_VECTORS: Procedure<EncodedTexts, void> = { name: 'store-vectors', run: storeVectors }

async function storeVectors(trx: Executor, { scope, model, encoded }: EncodedTexts): Promise<void> {
  // Profiles first, as in every transaction.
  const groups = groupBy(encoded, ({ queued }) => queued.profileId)
  const versions = await lockMemoryVersions(trx, scope, [...groups.keys()])
  const dequeued = await dequeueTexts(
    trx,
    scope,
    encoded.map(({ queued }) => queued),
  )
  // Of another profile by now, or with another text: for the next node that looks.
  await releaseQueuedTexts(
    trx,
    encoded.map(({ queued }) => queued).filter(({ memoryId }) => !dequeued.has(memoryId)),
  )
  const statements: CompiledQuery[] = []
  for (const [profileId, group] of groups) {
    const fresh = group.filter(({ queued }) => dequeued.has(queued.memoryId))
    const memories = versions.get(profileId)
    if (memories === undefined || fresh.length === 0) continue
    const change = memories.version + 1
    for (const { queued, vectors } of fresh) {
      statements.push(...replaceVectors(trx, scope, queued, { model, vectors, change }))
    }
    statements.push(raiseMemoryVersion(trx, scope, profileId, { rebuild: false }))
  }
  await runAll(trx, statements)
}
