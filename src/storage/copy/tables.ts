import type { Tables } from '../tables.js'

/** Uploaded files are copied one by one, because a folder may take the place of these tables. */
type BlobTable = 'blob' | 'blob_part'

/** A table whose rows are copied as they are. */
export type CopiedTable = Exclude<keyof Tables, BlobTable>

type Keys = { readonly [T in keyof Tables]: readonly (keyof Tables[T] & string)[] }

/** Each table with its primary key, in whose order its rows are read. */
export const TABLE_KEYS: Keys = {
  account: ['sid'],
  api_key: ['sid'],
  account_store: ['account_sid', 'store_id'],
  server_state: ['name'],
  store: ['id'],
  identity_settings: ['store_id'],
  retention: ['store_id'],
  trait_group: ['store_id', 'name'],
  data_mapping: ['store_id', 'id'],
  operation: ['account_sid', 'id'],
  profile: ['store_id', 'id'],
  identifier: ['store_id', 'id_type', 'value', 'shared_by'],
  profile_merge: ['store_id', 'profile_id'],
  event: ['store_id', 'id'],
  observation: ['store_id', 'profile_id', 'id'],
  observation_conversation: ['store_id', 'profile_id', 'conversation_id', 'observation_id'],
  observation_revision: ['store_id', 'profile_id', 'observation_id', 'change'],
  summary: ['store_id', 'profile_id', 'id'],
  communication: ['store_id', 'conversation_id', 'id'],
  communication_participant: ['store_id', 'participant', 'conversation_id', 'communication_id'],
  memory_vector: ['store_id', 'profile_id', 'memory_id', 'model', 'chunk'],
  memory_deletion: ['store_id', 'profile_id', 'change', 'memory_id'],
  encoding_queue: ['store_id', 'memory_id'],
  import: ['store_id', 'id'],
  import_issue: ['store_id', 'import_id', 'row_number', 'position'],
  job: ['id'],
  blob: ['name'],
  blob_part: ['blob_name', 'position'],
}

export const ALL_TABLES = Object.keys(TABLE_KEYS) as readonly (keyof Tables)[]

export const COPIED_TABLES = ALL_TABLES.filter((name) => name !== 'blob' && name !== 'blob_part') as CopiedTable[]

/** What a column may hold in both engines. */
export type CopiedValue = string | number | Uint8Array | null

export type CopiedRow = Readonly<Record<string, CopiedValue>>

/** Who held a job or a text is not there any more when the copy is served. */
const RESET: { readonly [T in keyof Tables]?: CopiedRow } = {
  job: { locked_by: null, locked_until: null },
  encoding_queue: { claimed_until: 0 },
}

/** A row as it is in the copy. */
export function toCopied(table: keyof Tables, row: CopiedRow): CopiedRow {
  const reset = RESET[table]
  return reset === undefined ? row : { ...row, ...reset }
}
