import type { Kysely } from 'kysely'
import type {
  AccountStoreTable,
  AccountTable,
  ApiKeyTable,
  DataMappingTable,
  IdentitySettingsTable,
  OperationTable,
  RetentionTable,
  ServerStateTable,
  StoreTable,
  TraitGroupTable,
} from './tables/control-plane.js'
import type { BlobPartTable, BlobTable, ImportIssueTable, ImportTable, JobTable } from './tables/job.js'
import type {
  CommunicationParticipantTable,
  CommunicationTable,
  EncodingQueueTable,
  MemoryDeletionTable,
  MemoryVectorTable,
  ObservationConversationTable,
  ObservationRevisionTable,
  ObservationTable,
  SummaryTable,
} from './tables/memory.js'
import type { EventTable, IdentifierTable, ProfileMergeTable, ProfileTable } from './tables/profile.js'

/**
 * The tables, one interface each, in the columns both engines have: TEXT, INTEGER, REAL, BLOB. JSON is TEXT that SQL
 * never looks into. Times are integers: `*_at` in milliseconds since the epoch (UTC), `ordinal` in microseconds, made
 * strictly increasing within a process so that facts of one millisecond keep their order.
 */
export interface Tables {
  account: AccountTable
  api_key: ApiKeyTable
  account_store: AccountStoreTable
  server_state: ServerStateTable
  store: StoreTable
  identity_settings: IdentitySettingsTable
  retention: RetentionTable
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
  communication_participant: CommunicationParticipantTable
  memory_vector: MemoryVectorTable
  encoding_queue: EncodingQueueTable
  memory_deletion: MemoryDeletionTable
  import: ImportTable
  import_issue: ImportIssueTable
  job: JobTable
  blob: BlobTable
  blob_part: BlobPartTable
}

/** What a storage function runs on: the database or a transaction. */
export type Executor = Kysely<Tables>
