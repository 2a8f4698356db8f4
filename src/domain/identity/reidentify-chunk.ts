import type { IdentifierRow } from '../../storage/identifier.js'
import { type JobProgress, recordProgress } from '../job-progress.js'
import type { StoreSchema } from '../schema.js'
import type { PreparedWrite } from './batch.js'
import type { ChunkKind } from './chunk.js'
import { normalize } from './normalize.js'

/** What of a stored identifier decides what becomes of it. */
export type StoredIdentifier = Pick<IdentifierRow, 'profileId' | 'idType' | 'value'>

/** Stored identifiers that get the normal form of their type's new settings, and how far the job is after them. */
export const REIDENTIFY_CHUNK: ChunkKind<StoredIdentifier, JobProgress> = {
  name: 'reidentify-chunk',
  prepare: (schema, row) => ({ target: row.profileId, prepared: prepareRow(schema, row) }),
  follow: recordProgress,
}

function prepareRow(schema: StoreSchema, { idType, value }: StoredIdentifier): PreparedWrite {
  const config = schema.identifierTypes.get(idType)
  // A value that the new rule makes nothing of stays as it is.
  const to = (config && normalize(config.normalization, value)) ?? value
  const write = { schemaVersion: schema.version, changes: [], identifiers: [{ idType, value: to }] }
  return to === value ? write : { ...write, edit: { kind: 'replace', idType, from: value, to } }
}
