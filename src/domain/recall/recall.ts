import type { Context } from '../../context.js'
import type { Communication } from '../../contract/communication.js'
import type { Observation } from '../../contract/observation.js'
import type { RecallInput } from '../../contract/recall.js'
import type { Summary } from '../../contract/summary.js'
import { badRequest } from '../../errors.js'
import { RECALL_STAGES } from '../../metrics.js'
import type { StoreScope } from '../../scope.js'
import { selectObservations } from '../../storage/observation.js'
import { selectSummaries } from '../../storage/summary.js'
import { traced } from '../../tracing.js'
import { requireProfile } from '../canonical-profile.js'
import { findLatestCommunications } from '../communication.js'
import { parseOptionalTime } from '../memory.js'
import { toObservation } from '../observation.js'
import { toSummary } from '../summary.js'
import type { Hit, MemoryIndex, PreparedQuery, SearchOptions } from './memory-index.js'
import { loadProfileMemories, type ProfileMemories } from './profile-memories.js'
import { prepareConversationQuery, prepareQuery } from './query.js'

const DEFAULT_OBSERVATIONS = 20
const DEFAULT_SUMMARIES = 5
/** So many communications a query is made of when none is given. */
const QUERY_COMMUNICATIONS = 10

export type Recalled<T> = T & { score?: number }

/** Milliseconds each stage took. */
export interface RecallTimes {
  /** Making the query: terms, and the vector from the encoder or the cache. */
  query: number
  /** Bringing the indexes up to date. */
  index: number
  /** Ranking. */
  search: number
  /** Reading what was found. */
  read: number
}

export interface RecallResult {
  readonly observations: Recalled<Observation>[]
  readonly summaries: Recalled<Summary>[]
  /** Oldest first. */
  readonly communications: Communication[]
  readonly times: RecallTimes
  /** What the scores are made of, by memory id; empty in the order of time. */
  readonly hits: ReadonlyMap<string, Hit>
}

/**
 * CreateFetchProfileMemory: ranked by relevance to the query, or to what the conversation is about; without either, or
 * when nothing is known of the conversation, in the order of time, newest first and without scores.
 *
 * @throws ApiError 400, 404; ProfileMovedError
 */
export async function recall(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  input: RecallInput,
): Promise<RecallResult> {
  const { conversationId, communicationsLimit = 0 } = input
  if (communicationsLimit > 0 && conversationId === undefined) {
    throw badRequest('conversation_id is required when communications_limit is greater than 0')
  }
  const range = {
    begin: parseOptionalTime('beginDate', input.beginDate) ?? Number.NEGATIVE_INFINITY,
    end: parseOptionalTime('endDate', input.endDate) ?? Number.POSITIVE_INFINITY,
  }
  const watch = createStopwatch()
  const memories = await traced(ctx.tracing, 'recall.index', {}, () => loadProfileMemories(ctx, scope, profileId))
  const index = watch()
  const known =
    conversationId === undefined
      ? []
      : await findLatestCommunications(ctx, scope, conversationId, Math.max(communicationsLimit, QUERY_COMMUNICATIONS))
  const query = await traced(ctx.tracing, 'recall.query', {}, () =>
    makeQuery(ctx, input, known.slice(0, QUERY_COMMUNICATIONS)),
  )
  const queryTime = watch()
  const found = traced(ctx.tracing, 'recall.search', {}, () => findBoth(memories, query, input, range))
  const search = watch()
  const read = await traced(ctx.tracing, 'recall.read', {}, () => readBoth(ctx, scope, profileId, found))
  const hits = [...found.observations, ...found.summaries].flatMap(({ hit }): [string, Hit][] =>
    hit ? [[hit.id, hit]] : [],
  )
  return {
    ...read,
    communications: known.slice(0, communicationsLimit).reverse(),
    times: countTimes(ctx, { query: queryTime, index, search, read: watch() }),
    hits: new Map(hits),
  }
}

function countTimes(ctx: Context, times: RecallTimes): RecallTimes {
  for (const stage of RECALL_STAGES) ctx.metrics.recallStages[stage].observe(times[stage] / 1000)
  return times
}

/** Returns the milliseconds since it was last asked. */
function createStopwatch(): () => number {
  let last = performance.now()
  return () => {
    const now = performance.now()
    const elapsed = now - last
    last = now
    return elapsed
  }
}

async function makeQuery(
  ctx: Context,
  { query = '' }: RecallInput,
  communications: readonly Communication[],
): Promise<PreparedQuery | undefined> {
  if (query.trim() !== '') return prepareQuery(ctx, query)
  return prepareConversationQuery(ctx, communications)
}

interface Found {
  readonly id: string
  readonly hit?: Hit
}

interface FoundBoth {
  readonly observations: readonly Found[]
  readonly summaries: readonly Found[]
}

function findBoth(
  { observations, summaries }: ProfileMemories,
  query: PreparedQuery | undefined,
  { relevanceThreshold: threshold = 0, ...input }: RecallInput,
  range: Pick<SearchOptions, 'begin' | 'end'>,
): FoundBoth {
  const { observationsLimit = DEFAULT_OBSERVATIONS, summariesLimit = DEFAULT_SUMMARIES } = input
  return {
    observations: find(observations, query, { ...range, threshold, limit: observationsLimit }),
    summaries: find(summaries, query, { ...range, threshold, limit: summariesLimit }),
  }
}

function find(index: MemoryIndex, query: PreparedQuery | undefined, options: SearchOptions): Found[] {
  if (query === undefined) return index.latest(options).map((id) => ({ id }))
  return index.search(query, options).map((hit) => ({ id: hit.id, hit }))
}

/** @throws ApiError 404; ProfileMovedError when the profile went while it was searched */
async function readBoth(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  found: FoundBoth,
): Promise<Pick<RecallResult, 'observations' | 'summaries'>> {
  const observations = await readObservations(ctx, scope, profileId, found.observations)
  const summaries = await readSummaries(ctx, scope, profileId, found.summaries)
  // Where something is not there any more, it may be the profile.
  const isComplete = observations.length === found.observations.length && summaries.length === found.summaries.length
  if (!isComplete) await requireProfile(ctx.db.read, scope, profileId)
  return { observations, summaries }
}

async function readObservations(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  found: readonly Found[],
): Promise<Recalled<Observation>[]> {
  const rows = await selectObservations(
    ctx.db.read,
    scope,
    profileId,
    found.map(({ id }) => id),
  )
  return inOrder(found, new Map(rows.map((row) => [row.id, toObservation(row)])))
}

async function readSummaries(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  found: readonly Found[],
): Promise<Recalled<Summary>[]> {
  const rows = await selectSummaries(
    ctx.db.read,
    scope,
    profileId,
    found.map(({ id }) => id),
  )
  return inOrder(found, new Map(rows.map((row) => [row.id, toSummary(row)])))
}

/** What was found and is still there, with its score. */
function inOrder<T extends object>(found: readonly Found[], byId: ReadonlyMap<string, T>): Recalled<T>[] {
  return found.flatMap(({ id, hit }): Recalled<T>[] => {
    const memory = byId.get(id)
    if (memory === undefined) return []
    return [hit === undefined ? memory : { ...memory, score: hit.score }]
  })
}
