// The tables of work behind the answers, and of its files.

export interface ImportTable {
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
  /** SID of the credential that asked for it; empty where that was not recorded. */
  actor: string
}

/** Why a row failed or a value was skipped. Never holds a value of the file. */
export interface ImportIssueTable {
  store_id: string
  import_id: string
  row_number: number
  position: number
  kind: string
  column_name: string
  reason: string
}

export interface JobTable {
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

/** An uploaded file, in parts. */
export interface BlobTable {
  name: string
  /** In bytes; nothing until all parts are there. */
  size: number | null
  created_at: number
}

export interface BlobPartTable {
  blob_name: string
  position: number
  content: Uint8Array
}
