import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { termsOf } from '../../../src/domain/recall/words.js'
import { type Candidate, type Encode, LIMIT } from './candidate.js'

/** Packages of bench/peers, which are none of this one's. */
const requirePeer = createRequire(new URL('../../peers/package.json', import.meta.url))

/** What is used of mem0ai/oss. */
interface Mem0 {
  Memory: new (
    config: unknown,
  ) => {
    add(text: string, options: { userId: string; infer: boolean }): Promise<unknown>
    search(
      question: string,
      options: { topK: number; threshold: number; filters: { user_id: string } },
    ): Promise<{ results: { memory: string }[] }>
  }
}

/**
 * mem0 without a language model: `infer: false` stores each text as it is, and its `memory` vector store keeps vectors and
 * texts in a SQLite file. It gets the vectors by the one embedder that takes an object, which is called `langchain`.
 */
export async function createMem0(encode: Encode): Promise<Candidate> {
  const folder = await mkdtemp(join(tmpdir(), 'recollect-mem0-'))
  // Read when the module loads: it must send nothing anywhere and write nothing into the home folder.
  process.env.MEM0_TELEMETRY = 'false'
  process.env.MEM0_DIR = folder
  const { Memory } = requirePeer('mem0ai/oss') as Mem0
  const toNumbers = async (text: string) => Array.from(await encode(text))
  const memory = new Memory({
    embedder: {
      provider: 'langchain',
      config: {
        model: {
          embedQuery: toNumbers,
          embedDocuments: (texts: readonly string[]) => Promise.all(texts.map(toNumbers)),
        },
      },
    },
    vectorStore: { provider: 'memory', config: { dimension: 512, dbPath: join(folder, 'vectors.db') } },
    historyStore: { provider: 'sqlite', config: { historyDbPath: join(folder, 'history.db') } },
    // Never called; its constructor wants a key.
    llm: { provider: 'openai', config: { apiKey: 'none', baseURL: 'http://127.0.0.1:9' } },
  })
  return {
    name: 'mem0',
    encodes: true,
    async add(person, { content }) {
      await memory.add(content, { userId: person, infer: false })
    },
    settle: () => Promise.resolve(),
    async search(person, question) {
      const { results } = await memory.search(question, { topK: LIMIT, threshold: 0, filters: { user_id: person } })
      return results.map((result) => result.memory)
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What is used of MiniSearch. */
interface MiniSearchIndex {
  add(document: { id: number; content: string }): void
  search(question: string): { content: string }[]
}

/** MiniSearch, words alone. @param sameTerms whether it gets stems without stopwords, as Recollect's own BM25 does */
export function createMiniSearch(sameTerms: boolean): Candidate {
  const MiniSearch = requirePeer('minisearch') as new (options: unknown) => MiniSearchIndex
  const terms = sameTerms ? { tokenize: termsOf, processTerm: (term: string) => term } : {}
  const people = new Map<string, MiniSearchIndex>()
  let count = 0
  const indexOf = (person: string): MiniSearchIndex => {
    const index = people.get(person) ?? new MiniSearch({ fields: ['content'], storeFields: ['content'], ...terms })
    people.set(person, index)
    return index
  }
  return {
    name: sameTerms ? 'MiniSearch, stems without stopwords' : 'MiniSearch',
    encodes: false,
    async add(person, { content }) {
      count += 1
      indexOf(person).add({ id: count, content })
    },
    settle: () => Promise.resolve(),
    async search(person, question) {
      const found = indexOf(person).search(question)
      return found.slice(0, LIMIT).map(({ content }) => content)
    },
    close: () => Promise.resolve(),
  }
}
