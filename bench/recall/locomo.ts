import { readFileSync } from 'node:fs'
import type { Task } from './task.js'

/** The development half of the LoCoMo benchmark, which its licence keeps out of this repository. */
interface Conversation {
  id: string
  sessions: { session: number; date: string; summary: string }[]
  observations: { session: number; speaker: string; text: string; evidence: string[] }[]
  turns: { session: number; id: string; speaker: string; text: string }[]
  questions: { question: string; category: number; evidence: string[] }[]
}

export type TaskKind = 'observations' | 'turns' | 'summaries'

const ADVERSARIAL = 5

/** Reads the benchmark's file: the memories of each conversation are one profile. */
export function readTasks(file: string, kind: TaskKind): Task[] {
  const conversations = JSON.parse(readFileSync(file, 'utf8')) as Conversation[]
  return conversations.map((conversation) => {
    const memories = memoriesOf(conversation, kind)
    const known = new Set(memories.flatMap((memory) => memory.gold))
    const questions = conversation.questions
      .filter((question) => question.category !== ADVERSARIAL)
      .map(({ question, evidence }) => ({
        question,
        gold: new Set(goldOf(evidence, kind).filter((id) => known.has(id))),
      }))
      .filter(({ gold }) => gold.size > 0)
    return { memories, questions }
  })
}

function goldOf(evidence: readonly string[], kind: TaskKind): string[] {
  return kind === 'summaries' ? evidence.map((id) => id.split(':', 1)[0] ?? '') : [...evidence]
}

function memoriesOf(conversation: Conversation, kind: TaskKind): Task['memories'] {
  const rows = {
    observations: conversation.observations.map(({ session, text, evidence }) => ({ session, text, gold: evidence })),
    turns: conversation.turns.map(({ session, speaker, text, id }) => ({
      session,
      text: `${speaker}: ${text}`,
      gold: [id],
    })),
    summaries: conversation.sessions.map(({ session, summary }) => ({ session, text: summary, gold: [`D${session}`] })),
  }[kind]
  return rows.map(({ session, text, gold }, index) => ({
    id: `${conversation.id}-${String(index).padStart(5, '0')}`,
    content: text,
    occurredAt: index,
    conversationIds: [`${conversation.id}-${session}`],
    gold,
  }))
}
