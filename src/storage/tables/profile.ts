import type { Generated } from 'kysely'

// The tables of people and of what happened to them.

/** Canonical profiles only: one that was merged lives on in profile_merge. */
export interface ProfileTable {
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

export interface IdentifierTable {
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
export interface ProfileMergeTable {
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

/**
 * The outbox, which is the audit trail too: one row per change. Ids and names only, never values, so that erasing stays
 * possible. What stands outside a store has the account's SID in place of the store's id.
 */
export interface EventTable {
  store_id: string
  id: string
  type: string
  subject_id: string
  request_id: string
  actor: string
  data: string
  created_at: number
  /** Id of the operation that was called. */
  operation: string
  client_address: string
}
