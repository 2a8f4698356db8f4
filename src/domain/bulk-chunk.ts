import type { ProfileInput } from '../contract/profile.js'
import type { ChunkKind } from './identity/chunk.js'
import { type JobProgress, recordProgress } from './job-progress.js'
import { prepareUpsert } from './upsert.js'

/** Entries of a bulk upsert, and how far its job is after them. */
export const BULK_CHUNK: ChunkKind<ProfileInput, JobProgress> = {
  name: 'bulk-chunk',
  prepare: (schema, profile) => ({ prepared: prepareUpsert(schema, profile) }),
  follow: recordProgress,
}
