import { createIdFactory } from '../ids.js'
import type { AnyProcedure } from '../storage/procedure.js'
import { profileBatch } from './identity/batch.js'
import { memoryBatch } from './memory-batch.js'
import { CLAIM_TEXTS, STORE_VECTORS } from './recall/encoded-texts.js'

/** Of chunk-procedures.ts, which is loaded with the first of them: what validates a chunk would lengthen the start. */
const CHUNK_NAMES = ['bulk-chunk', 'import-chunk', 'reidentify-chunk']

/** The procedures that the domain calls, for a thread that runs them. */
export function createProcedures(): AnyProcedure[] {
  const newId = createIds()
  return [
    profileBatch(newId),
    memoryBatch(newId),
    CLAIM_TEXTS,
    STORE_VECTORS,
    ...loadLater(CHUNK_NAMES, async () => {
      const { createChunkProcedures } = await import('./chunk-procedures.js')
      return createChunkProcedures({
        newId,
        schemas: new Map(),
        metrics: { caches: { schema: { hits: 0, misses: 0 } } },
      })
    }),
  ]
}

/** Procedures that are loaded together when one of them is called. */
function loadLater(names: readonly string[], load: () => Promise<readonly AnyProcedure[]>): AnyProcedure[] {
  let loading: Promise<readonly AnyProcedure[]> | undefined
  return names.map((name) => ({
    name,
    run: async (trx, input) => {
      loading ??= load()
      const procedure = (await loading).find((loaded) => loaded.name === name)
      if (procedure === undefined) throw new Error(`there is no procedure ${name}`)
      return procedure.run(trx, input)
    },
  }))
}

/** Ids as of the time that a batch was given, which is the clock of the process. */
function createIds() {
  let time = 0
  const newId = createIdFactory(() => time)
  return (now: number) => {
    time = now
    return newId
  }
}
