/** A question and the memories that answer it. */
export interface Judged {
  readonly question: string
  readonly gold: ReadonlySet<string>
}

/** One profile of a benchmark: its memories, and what is asked. */
export interface Task {
  readonly memories: { id: string; content: string; occurredAt: number; conversationIds: string[]; gold: string[] }[]
  readonly questions: Judged[]
}
