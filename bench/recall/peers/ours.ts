import { createMemoryIndex, type MemoryIndex } from '../../../src/domain/recall/memory-index.js'
import { findQuestionForm, toStatement } from '../../../src/domain/recall/question-form.js'
import { termsOf } from '../../../src/domain/recall/words.js'
import { USE_LITE_MODEL } from '../../../src/embedding/model-files.js'
import {
  createProfile,
  createStore,
  startServer,
  toConversationId,
  toObservation,
  waitUntilEncoded,
} from '../server.js'
import { type Candidate, type Encode, LIMIT } from './candidate.js'

/** As the server asks it. */
const QUESTION_FORM = findQuestionForm(USE_LITE_MODEL)

/** The built server over HTTP: accounts, validation, a synced write for each memory, and its own encoder. */
export async function createServerCandidate(): Promise<Candidate> {
  const { send, stop } = await startServer(1)
  const store = await createStore(send, 'peers')
  const paths = new Map<string, string>()
  const pathOf = async (person: string): Promise<string> => {
    const path = paths.get(person) ?? (await createProfile(send, store, person))
    paths.set(person, path)
    return path
  }
  return {
    name: 'Recollect, whole server',
    encodes: false,
    async add(person, { conversation, ...memory }) {
      const observation = toObservation({ ...memory, conversationIds: [toConversationId(conversation)] })
      await send('POST', `${await pathOf(person)}/Observations`, { observations: [observation] })
    },
    settle: () => waitUntilEncoded(send),
    async search(person, query) {
      const answer: { observations: { content: string }[] } = await send('POST', `${await pathOf(person)}/Recall`, {
        query,
        observationsLimit: LIMIT,
        summariesLimit: 0,
        communicationsLimit: 0,
      })
      return answer.observations.map(({ content }) => content)
    },
    close: stop,
  }
}

/** The index of the server by itself: in memory, nothing is stored. */
export function createIndexCandidate(encode: Encode): Candidate {
  const people = new Map<string, { index: MemoryIndex; contents: Map<string, string> }>()
  const dataOf = (person: string) => {
    const data = people.get(person) ?? { index: createMemoryIndex(), contents: new Map() }
    people.set(person, data)
    return data
  }
  return {
    name: 'Recollect, index alone',
    encodes: true,
    async add(person, { content, occurredAt, conversation }) {
      const { index, contents } = dataOf(person)
      const id = String(contents.size)
      contents.set(id, content)
      index.put({ id, content, occurredAt, conversationIds: [String(conversation)] })
      index.setVectors(id, [await encode(content)])
    },
    settle: () => Promise.resolve(),
    async search(person, question) {
      const { index, contents } = dataOf(person)
      const terms = new Map(termsOf(question).map((term) => [term, 1]))
      const bounds = { threshold: 0, begin: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }
      const encoded = await encode(question)
      const vector = QUESTION_FORM === undefined ? encoded : toStatement(encoded, QUESTION_FORM)
      const hits = index.search({ terms, vector }, { ...bounds, limit: LIMIT })
      return hits.map(({ id }) => contents.get(id) ?? '')
    },
    close: () => Promise.resolve(),
  }
}
