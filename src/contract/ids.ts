/** The prefixes of the ids this server makes. */
export type IdPrefix =
  | 'mem_store'
  | 'mem_profile'
  | 'mem_import'
  | 'mem_datamapping'
  | 'mem_observation'
  | 'mem_summary'
  | 'mem_operation'
  | 'mem_event'
  | 'mem_job'

const ULID = '[0-7][0-9a-z]{25}'

/** Patterns as the official document has them; `mem_service_` is the older, still well-formed store prefix. */
export const ID_PATTERNS = {
  store: `^mem_(store|service)_${ULID}$`,
  profile: `^mem_profile_${ULID}$`,
  import: `^mem_import_${ULID}$`,
  dataMapping: `^mem_datamapping_${ULID}$`,
  dataset: `^tdi_dataset_${ULID}$`,
  observation: `^mem_observation_${ULID}$`,
  summary: `^mem_summary_${ULID}$`,
  conversation: `^conv_conversation_${ULID}$`,
  communication: `^conv_communication_${ULID}$`,
  participant: `^conv_participant_${ULID}$`,
  operation: `^mem_operation_${ULID}$`,
  job: `^mem_job_${ULID}$`,
} as const
