/** What is remembered, as all candidates get it. */
export interface PeerMemory {
  readonly content: string
  readonly occurredAt: number
  /** Memories of one conversation have the same number. */
  readonly conversation: number
}

/** Vectors for all who search with vectors: the same ones. */
export type Encode = (text: string) => Promise<Float32Array>

/** Something that memories are put into and looked up in. */
export interface Candidate {
  readonly name: string
  /** Whether a search encodes the question in this process, with the function it was given. */
  readonly encodes: boolean
  /** Adds one memory of a person. */
  add(person: string, memory: PeerMemory): Promise<void>
  /** Resolves when what was added can be searched in every way. */
  settle(): Promise<void>
  /** The contents of the 20 best memories of a person, best first. */
  search(person: string, question: string): Promise<string[]>
  close(): Promise<void>
}

export const LIMIT = 20
