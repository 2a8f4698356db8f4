// The tables of accounts, stores and what is set for them.

export interface AccountTable {
  sid: string
  token_hash: string
  created_at: number
}

export interface ApiKeyTable {
  sid: string
  account_sid: string
  name: string
  secret_hash: string
  created_at: number
  revoked_at: number | null
  scope: string
  /** Ids of the only stores it may touch, as a JSON array; nothing: all of its account. */
  stores: string | null
}

/** The stores an account ever had: what was done in them is kept for longer than they are. */
export interface AccountStoreTable {
  account_sid: string
  store_id: string
}

export interface ServerStateTable {
  name: string
  value: string
}

export interface StoreTable {
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

export interface IdentitySettingsTable {
  store_id: string
  settings: string
  version: number
  updated_at: number
}

/** How long a store keeps memories; no row, or no days, is for ever. */
export interface RetentionTable {
  store_id: string
  observation_days: number | null
  summary_days: number | null
  version: number
  /** When memories that became too old are looked for next. */
  next_run_at: number
  updated_at: number
}

export interface TraitGroupTable {
  store_id: string
  name: string
  description: string | null
  traits: string
  version: number
  created_at: number
  updated_at: number
}

export interface DataMappingTable {
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

export interface OperationTable {
  account_sid: string
  id: string
  status: string
  result_id: string
  /** The store it was done in; empty where that was not recorded. */
  store_id: string
  created_at: number
  completed_at: number
}
