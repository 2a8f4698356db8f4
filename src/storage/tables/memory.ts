// The tables of memories and of what recall makes of them.

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

export interface ObservationTable extends ObservationState {
  store_id: string
  profile_id: string
  id: string
  origin_profile_id: string
}

/** Which observations come from a conversation, for the filter of lists. */
export interface ObservationConversationTable {
  store_id: string
  profile_id: string
  conversation_id: string
  observation_id: string
}

/** Past states. */
export interface ObservationRevisionTable extends ObservationState {
  store_id: string
  profile_id: string
  observation_id: string
}

export interface SummaryTable {
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

export interface CommunicationTable {
  store_id: string
  conversation_id: string
  id: string
  sent_at: number
  /** The communication as it goes over the wire. */
  data: string
}

/** Who wrote or got a communication: ids of profiles and addresses, by which erasing a person finds it. */
export interface CommunicationParticipantTable {
  store_id: string
  participant: string
  conversation_id: string
  communication_id: string
}

/** Vectors of a memory's text, one a chunk, by the model that made them. */
export interface MemoryVectorTable {
  store_id: string
  profile_id: string
  memory_id: string
  model: string
  chunk: number
  /** Little-endian 32-bit floats of length 1. */
  vector: Uint8Array
  change: number
}

/** Memories that were deleted, for the indexes that still hold them. Old ones are erased. */
export interface MemoryDeletionTable {
  store_id: string
  profile_id: string
  /** The memory version of the profile with which it went. */
  change: number
  memory_id: string
}

/** Memories whose text is not encoded yet; a row goes when its vectors come. */
export interface EncodingQueueTable {
  store_id: string
  memory_id: string
  profile_id: string
  kind: string
  change: number
  /** Until when a node encodes it; another takes it over then. */
  claimed_until: number
}
