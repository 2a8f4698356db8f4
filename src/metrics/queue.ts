/** How long a queue is and since when its first waits. */
export interface QueueState {
  readonly length: number
  /** Milliseconds; 0 when nobody waits. */
  readonly oldestMs: number
}

/** A queue with its name. */
export interface NamedQueueState extends QueueState {
  readonly queue: string
}
