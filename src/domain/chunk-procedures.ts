import type { AnyProcedure } from '../storage/procedure.js'
import { BULK_CHUNK } from './bulk-chunk.js'
import { type ChunkMaker, chunkProcedure } from './identity/chunk.js'
import { REIDENTIFY_CHUNK } from './identity/reidentify-chunk.js'
import { IMPORT_CHUNK } from './imports/import-chunk.js'

/** The procedures that write chunks. */
export function createChunkProcedures(maker: ChunkMaker): AnyProcedure[] {
  return [
    chunkProcedure(maker, BULK_CHUNK),
    chunkProcedure(maker, IMPORT_CHUNK),
    chunkProcedure(maker, REIDENTIFY_CHUNK),
  ]
}
