import type { Generated, Kysely, Transaction } from 'kysely'

/**
 * The tables, one interface each, in the columns both engines have: TEXT, INTEGER, REAL, BLOB. JSON is TEXT that SQL
 * never looks into. Times are integers: `*_at` in milliseconds since the epoch (UTC), `ordinal` in microseconds, made
 * strictly increasing within a process so that facts of one millisecond keep their order.
 */
export interface Tables {
  account: AccountTable
  api_key: ApiKeyTable
  server_state: ServerStateTable
  store: StoreTable
  identity_settings: IdentitySettingsTable
  trait_group: TraitGroupTable
  operation: OperationTable
  profile: ProfileTable
  identifier: IdentifierTable
  profile_merge: ProfileMergeTable
  event: EventTable
  data_mapping: DataMappingTable
  observation: ObservationTable
  observation_conversation: ObservationConversationTable
  observation_revision: ObservationRevisionTable
  summary: SummaryTable
  communication: CommunicationTable
  memory_vector: MemoryVectorTable
  encoding_queue: EncodingQueueTable
  memory_deletion: MemoryDeletionTable
  import: ImportTable
  import_issue: ImportIssueTable
  job: JobTable
  blob: BlobTable
  blob_part: BlobPartTable
}

interface AccountTable {
  sid: string
  token_hash: string
  created_at: number
}

interface ApiKeyTable {
  sid: string
  account_sid: string
  name: string
  secret_hash: string
  created_at: number
  revoked_at: number | null
}

interface ServerStateTable {
  name: string
  value: string
}

interface StoreTable {
  id: string
  account_sid: string
  display_name: string
  description: string | null
  status: string
  version: number
  /** Raised by each change of trait groups and identity settings; what was derived from them is cached by it. */
  schema_version: number
  created_at: number
  updated_at: number
}

interface IdentitySettingsTable {
  store_id: string
  settings: string
  version: number
  updated_at: number
}

interface TraitGroupTable {
  store_id: string
  name: string
  description: string | null
  traits: string
  version: number
  created_at: number
  updated_at: number
}

interface DataMappingTable {
  store_id: string
  id: string
  name: string
  description: string | null
  is_enabled: number
  /** Kind of the source, which lists are filtered by. */
  type: string
  mapping_from: string
  mapping_to: string
  version: number
  created_at: number
  updated_at: number
}

interface OperationTable {
  account_sid: string
  id: string
  status: string
  result_id: string
  created_at: number
  completed_at: number
}

/** Canonical profiles only: one that was merged lives on in profile_merge. */
interface ProfileTable {
  store_id: string
  id: string
  /** The traits as they go over the wire. */
  traits: string
  /** Origin and time of each trait: `{group: {trait: [ordinal]}}`, or `[ordinal, profile id]` when it came by a merge. */
  trait_facts: string
  /** Raised by each write to the profile's memories; recall indexes are cached by it. */
  memory_version: Generated<number>
  /** Raised when memories came by a merge: an index cannot be brought up to date then, only made anew. */
  memory_epoch: Generated<number>
  created_at: number
  updated_at: number
}

interface IdentifierTable {
  store_id: string
  id_type: string
  value: string
  /**
   * Empty when only one profile may own the value, else the owner: the primary key over (store, type, value,
   * shared_by) is then the referee of uniqueness.
   */
  shared_by: string
  profile_id: string
  /** The profile it was written to, which differs from profile_id after a merge. */
  origin_profile_id: string
  ordinal: number
  /** How many profiles it merged away; beyond a limit it is a hub and joins no more. */
  joins: number
}

/** The merge ledger: one row for each profile that was merged into another. */
interface ProfileMergeTable {
  store_id: string
  profile_id: string
  /** Where the profile is now; kept flat when the survivor is merged in turn. */
  canonical_id: string
  /** Whom it was merged into at the time. */
  survivor_id: string
  /** The rule that joined the two, and how many identifiers of it matched. */
  id_type: string
  request_id: string
  actor: string
  merged_at: number
  created_at: number
  /** The profile as it was, and what the survivor lost by the merge: together they can take the merge back. */
  traits: string
  trait_facts: string
  displaced: string
}

/** The outbox: one row per change. Ids and names only, never values, so that erasing stays possible. */
interface EventTable {
  store_id: string
  id: string
  type: string
  subject_id: string
  request_id: string
  actor: string
  data: string
  created_at: number
}

interface ObservationState {
  content: string
  source: string
  occurred_at: number
  /** Ids as a JSON array. */
  conversation_ids: string
  created_at: number
  updated_at: number
  /** The profile's memory version that wrote this state; indexes ask for what came since. */
  change: number
}

interface ObservationTable extends ObservationState {
  store_id: string
  profile_id: string
  id: string
  origin_profile_id: string
}

/** Which observations come from a conversation, for the filter of lists. */
interface ObservationConversationTable {
  store_id: string
  profile_id: string
  conversation_id: string
  observation_id: string
}

/** Past states. */
interface ObservationRevisionTable extends ObservationState {
  store_id: string
  profile_id: string
  observation_id: string
}

interface SummaryTable {
  store_id: string
  profile_id: string
  id: string
  origin_profile_id: string
  conversation_id: string
  content: string
  source: string | null
  occurred_at: number
  created_at: number
  updated_at: number
  change: number
}

interface CommunicationTable {
  store_id: string
  conversation_id: string
  id: string
  sent_at: number
  /** The communication as it goes over the wire. */
  data: string
}

/** Vectors of a memory's text, one a chunk, by the model that made them. */
interface MemoryVectorTable {
  store_id: string
  profile_id: string
  memory_id: string
  model: string
  chunk: number
  /** Little-endian 32-bit floats of length 1. */
  vector: Uint8Array
  change: number
}

/** Memories whose text is not encoded yet; a row goes when its vectors come. */
interface EncodingQueueTable {
  store_id: string
  memory_id: string
  profile_id: string
  kind: string
  change: number
  /** Until when a node encodes it; another takes it over then. */
  claimed_until: number
}

/** An uploaded file, in parts. */
interface BlobTable {
  name: string
  /** In bytes; nothing until all parts are there. */
  size: number | null
  created_at: number
}

interface BlobPartTable {
  blob_name: string
  position: number
  content: Uint8Array
}

/** Memories that were deleted, for the indexes that still hold them. Old ones are erased. */
interface MemoryDeletionTable {
  store_id: string
  profile_id: string
  /** The memory version of the profile with which it went. */
  change: number
  memory_id: string
}

interface ImportTable {
  store_id: string
  id: string
  filename: string
  file_size: number
  column_mappings: string
  status: string
  errors: number
  warnings: number
  rows_done: number
  bytes_done: number
  failure: string | null
  uploaded_at: number | null
  created_at: number
  updated_at: number
}

/** Why a row failed or a value was skipped. Never holds a value of the file. */
interface ImportIssueTable {
  store_id: string
  import_id: string
  row_number: number
  position: number
  kind: string
  column_name: string
  reason: string
}

interface JobTable {
  id: string
  store_id: string
  kind: string
  /** Jobs of one lane run one after the other, in the order they were accepted. */
  lane: string
  status: string
  run_at: number
  attempts: number
  locked_by: string | null
  locked_until: number | null
  payload: string
  checkpoint: string | null
  last_error: string | null
  request_id: string
  actor: string
  created_at: number
  updated_at: number
}

/** What a storage function runs on: the database or a transaction. */
export type Executor = Kysely<Tables> | Transaction<Tables>
