import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Task } from './task.js'

/** The made-up customers of this repository; make-customers.ts writes them. */
export interface CustomerSet {
  readonly customers: readonly Customer[]
  /** Questions that nobody's memories answer. */
  readonly offTopic: readonly string[]
}

export interface Customer {
  readonly id: string
  readonly memories: readonly CustomerMemory[]
  readonly questions: readonly { readonly question: string; readonly answers: readonly string[] }[]
}

export interface CustomerMemory {
  readonly id: string
  readonly content: string
  readonly occurredAt: string
  readonly conversation: string
}

export function readCustomers(): { tasks: Task[]; offTopic: readonly string[] } {
  const file = fileURLToPath(new URL('customers.json', import.meta.url))
  const { customers, offTopic } = JSON.parse(readFileSync(file, 'utf8')) as CustomerSet
  const tasks = customers.map(({ memories, questions }): Task => {
    return {
      memories: memories.map(({ id, content, occurredAt, conversation }) => ({
        id,
        content,
        occurredAt: Date.parse(occurredAt),
        conversationIds: [conversation],
        gold: [id],
      })),
      questions: questions.map(({ question, answers }) => ({ question, gold: new Set(answers) })),
    }
  })
  return { tasks, offTopic }
}
