import fc from 'fast-check'
import type { KyselyPlugin } from 'kysely'
import { expect, it } from 'vitest'
import type { Context } from '../../../src/context.js'
import { createObservations, deleteObservation, patchObservation } from '../../../src/domain/observation.js'
import { createProfile } from '../../../src/domain/profile.js'
import { createRecallCache } from '../../../src/domain/recall/cache.js'
import { encodeQueued } from '../../../src/domain/recall/encode.js'
import { createMemoryIndex } from '../../../src/domain/recall/memory-index.js'
import { loadProfileMemories } from '../../../src/domain/recall/profile-memories.js'
import {
  type MemoryIndexes,
  type PageSize,
  readAllMemories,
  readChanges,
} from '../../../src/domain/recall/read-memories.js'
import { createSummaries } from '../../../src/domain/summary.js'
import type { Encoder } from '../../../src/embedding/encoder.js'
import type { StoreScope } from '../../../src/scope.js'
import { findMemoryVersion } from '../../../src/storage/memory-version.js'
import type { Executor } from '../../../src/storage/tables.js'
import { createTestContext, openTestStore, TEST_ACTOR } from '../../support/context.js'
import { conversationId } from '../../support/memory.js'

const EVERYTHING = { limit: 1000, threshold: 0, begin: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }
const UNPAGED: PageSize = { rows: 10_000, bytes: 1e9 }
/** Of several chunks that say different things: a page may end between their vectors. */
const LONG = ['lamp on the boat', 'dog', 'rain', 'tea']
  .flatMap((subject) => Array.from({ length: 10 }, () => `She spoke of the ${subject} for a very long while.`))
  .join(' ')
const WORDS = ['tea', 'lamp', 'dog', 'boat', 'rain']

/** Says of a text which of the words it has. */
const encoder: Encoder = {
  model: 'words',
  dimensions: WORDS.length,
  encode: async (texts) =>
    texts.map((text) => {
      const counts = WORDS.map((word) => text.split(word).length - 0.9)
      return Float32Array.from(counts, (count) => count / Math.hypot(...counts))
    }),
  close: async () => undefined,
}

interface Memories {
  readonly ctx: Context
  readonly scope: StoreScope
  readonly profileId: string
}

let profiles = 0

/** A profile of its own, in a store given or a new one. */
async function openProfile(given?: Pick<Memories, 'ctx' | 'scope'>): Promise<Memories> {
  const ctx = given?.ctx ?? { ...(await createTestContext()), encoder }
  const scope = given?.scope ?? (await openTestStore(ctx))
  profiles += 1
  const email = `ada${profiles}@example.com`
  const profileId = await createProfile(ctx, scope, TEST_ACTOR, { traits: { Contact: { email } } })
  return { ctx, scope, profileId }
}

const note = (content: string, index: number) => ({
  content,
  occurredAt: new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString(),
  source: 'notes',
  conversationIds: [conversationId(index % 3)],
})

async function observe({ ctx, scope, profileId }: Memories, texts: readonly string[]): Promise<void> {
  for (let start = 0; start < texts.length; start += 10) {
    await createObservations(ctx, scope, TEST_ACTOR, profileId, texts.slice(start, start + 10).map(note))
  }
}

async function summarize({ ctx, scope, profileId }: Memories, texts: readonly string[]): Promise<void> {
  for (const [index, content] of texts.entries()) {
    const { conversationIds: _, ...rest } = note(content, index)
    const summary = { ...rest, conversationId: conversationId(index % 3) }
    await createSummaries(ctx, scope, TEST_ACTOR, profileId, [summary])
  }
}

async function encodeAll({ ctx }: Memories): Promise<void> {
  while ((await encodeQueued(ctx, encoder)) > 0);
}

async function idsOf({ ctx, profileId }: Memories): Promise<string[]> {
  const rows = await ctx.db.read
    .selectFrom('observation')
    .select('id')
    .where('profile_id', '=', profileId)
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

const createIndexes = (): MemoryIndexes => ({ observation: createMemoryIndex(), summary: createMemoryIndex() })

const sourceOf = ({ ctx, scope, profileId }: Memories, pageSize: PageSize) => ({
  read: ctx.db.read,
  scope,
  profileId,
  model: encoder.model,
  pageSize,
})

/** Everything a question may get of indexes. */
async function answersOf(indexes: MemoryIndexes) {
  const [vector] = await encoder.encode(['a lamp on a boat'])
  const queries = [
    { terms: new Map([['lamp', 1]]), vector: undefined },
    { terms: new Map([['tea', 1]]), vector },
  ]
  return [indexes.observation, indexes.summary].map((index) => ({
    size: index.size(),
    latest: index.latest(EVERYTHING),
    found: queries.map((query) => index.search(query, EVERYTHING)),
  }))
}

async function answersOfAll(memories: Memories, pageSize: PageSize) {
  const indexes = createIndexes()
  await readAllMemories(sourceOf(memories, pageSize), indexes)
  return answersOf(indexes)
}

const TEXT = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(...WORDS)).map((two) => two.join(' ')) },
  { weight: 1, arbitrary: fc.constant(LONG) },
)
const TEXTS = fc.array(TEXT, { maxLength: 25 })
const PAGE_SIZE = fc.record({ rows: fc.integer({ min: 1, max: 9 }), bytes: fc.integer({ min: 1, max: 5000 }) })

it('makes the same indexes of pages as of single statements', async () => {
  const store = await openProfile()
  await fc.assert(
    fc.asyncProperty(TEXTS, TEXTS, TEXTS, PAGE_SIZE, async (observed, unencoded, summaries, pageSize) => {
      const memories = await openProfile(store)
      await observe(memories, observed)
      await summarize(memories, summaries.slice(0, 6))
      await encodeAll(memories)
      await observe(memories, unencoded)
      expect(await answersOfAll(memories, pageSize)).toEqual(await answersOfAll(memories, UNPAGED))
    }),
    { numRuns: 12 },
  )
})

it('follows changes in pages to where an index made anew is', async () => {
  const store = await openProfile()
  await fc.assert(
    fc.asyncProperty(TEXTS, TEXTS, TEXTS, PAGE_SIZE, async (before, patches, added, pageSize) => {
      const memories = await openProfile(store)
      const { ctx, scope, profileId } = memories
      await observe(memories, before)
      await encodeAll(memories)
      const indexes = createIndexes()
      await readAllMemories(sourceOf(memories, pageSize), indexes)
      const since = (await findMemoryVersion(ctx.db.read, scope, profileId))?.version ?? 0

      const ids = await idsOf(memories)
      for (const [index, content] of patches.slice(0, ids.length).entries()) {
        const id = ids[index] ?? ''
        if (index % 3 === 0) await deleteObservation(ctx, scope, TEST_ACTOR, profileId, id)
        else await patchObservation(ctx, scope, TEST_ACTOR, profileId, id, { content })
      }
      await summarize(memories, added.slice(0, 4))
      await encodeAll(memories)
      await observe(memories, added)
      await readChanges(sourceOf(memories, pageSize), indexes, since)
      expect(await answersOf(indexes)).toEqual(await answersOfAll(memories, UNPAGED))
    }),
    { numRuns: 12 },
  )
})

/** The same server's reads, with something done after each. */
function interrupt(ctx: Context, work: () => Promise<void>): Context {
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      await work()
      return result
    },
  }
  const read: Executor = ctx.db.read.withPlugin(plugin)
  return { ...ctx, db: { ...ctx.db, read }, recallCache: createRecallCache(1e9) }
}

async function answersOfLoaded(ctx: Context, { scope, profileId }: Memories) {
  const { observations, summaries } = await loadProfileMemories(ctx, scope, profileId)
  return answersOf({ observation: observations, summary: summaries })
}

/** More than the first page has. */
const MANY = Array.from({ length: 90 }, (_, index) => `${WORDS[index % 5]} ${WORDS[index % 3]} ${index}`)

it('knows what was written, changed, encoded and deleted between its pages', async () => {
  const memories = await openProfile()
  const { ctx, scope, profileId } = memories
  await observe(memories, MANY)
  const ids = await idsOf(memories)
  const writes = [
    () => deleteObservation(ctx, scope, TEST_ACTOR, profileId, ids[3] ?? ''),
    () => patchObservation(ctx, scope, TEST_ACTOR, profileId, ids[4] ?? '', { content: 'a boat in the rain' }),
    () => deleteObservation(ctx, scope, TEST_ACTOR, profileId, ids[85] ?? ''),
    () => observe(memories, ['tea with the dog']),
    () => encodeAll(memories),
  ]
  // The two reads before the pages are those of the version. Two pages with their vectors and one of summaries follow.
  let reads = 0
  const reader = interrupt(ctx, async () => {
    reads += 1
    if (reads > 2) await writes.shift()?.()
  })
  const answers = await answersOfLoaded(reader, memories)
  expect(writes).toEqual([])
  expect(answers).toEqual(await answersOfAll(memories, UNPAGED))
})

it('reads one state of the database when others change everything each time', async () => {
  const memories = await openProfile()
  const { ctx, profileId } = memories
  await observe(memories, MANY)
  // As merges do.
  const reader = interrupt(ctx, () =>
    ctx.db.transaction(async (trx) => {
      await trx
        .updateTable('profile')
        .set((e) => ({
          memory_version: e('memory_version', '+', 1),
          memory_epoch: e('memory_epoch', '+', 1),
        }))
        .where('id', '=', profileId)
        .execute()
    }),
  )
  let snapshots = 0
  const counting: Context = {
    ...reader,
    db: {
      ...reader.db,
      snapshot: (work) => {
        snapshots += 1
        return ctx.db.snapshot(work)
      },
    },
  }
  expect(await answersOfLoaded(counting, memories)).toEqual(await answersOfAll(memories, UNPAGED))
  expect(snapshots).toBe(1)
})

it('follows a fresh memory with as few reads after a merge with a profile of more changes as before', async () => {
  const few = await openProfile()
  const { ctx, scope } = few
  const email = `ada${profiles}@example.com`
  const create = (Contact: Record<string, string>) => createProfile(ctx, scope, TEST_ACTOR, { traits: { Contact } })
  const many = { ...few, profileId: await create({ chat: 'many' }) }
  await observe(many, [...MANY, ...MANY])
  await encodeAll(many)
  let reads = 0
  const counting = interrupt(ctx, async () => {
    reads += 1
  })
  const countReads = async (memories: Memories) => {
    await loadProfileMemories(counting, scope, memories.profileId)
    await observe(memories, ['tea with the dog'])
    reads = 0
    await loadProfileMemories(counting, scope, memories.profileId)
    return reads
  }
  const before = await countReads(few)
  const merged = { ...few, profileId: await create({ email, chat: 'many' }) }
  expect(merged.profileId).toBe(few.profileId)
  expect(await countReads(merged)).toBe(before)
  expect(await answersOfLoaded(counting, merged)).toEqual(await answersOfAll(merged, UNPAGED))
})
