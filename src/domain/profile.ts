import type { Context } from '../context.js'
import type { Identifier, ProfileInput, Traits } from '../contract/profile.js'
import { StorageUnavailableError } from '../errors.js'
import type { QueueState } from '../metrics/queue.js'
import type { Actor, StoreScope } from '../scope.js'
import { insertEvents } from '../storage/event.js'
import { deleteIdentifiersOfProfile, findIdentifierOwners } from '../storage/identifier.js'
import { eraseFailedPayloads } from '../storage/job.js'
import { eraseMemories } from '../storage/memory.js'
import { lockMemoryVersion } from '../storage/memory-version.js'
import { deleteProfiles, findProfileView, selectProfileIds } from '../storage/profile.js'
import { deleteMergesInto } from '../storage/profile-merge.js'
import { runAll } from '../storage/statement.js'
import { type SpanReference, spansOf } from '../tracing.js'
import { refuseProfile, requireProfile } from './canonical-profile.js'
import { eraseConversations } from './erase-conversations.js'
import { createEvent } from './event.js'
import { gather } from './gather.js'
import type { PreparedWrite } from './identity/batch.js'
import { normalize } from './identity/normalize.js'
import { type ProfileWrite, resolve } from './identity/resolve.js'
import { findSimilarOwners } from './identity/similar.js'
import { type Page, type PageQuery, readPage } from './page.js'
import { cacheKey } from './recall/cache.js'
import { loadSchema, requireIdentifierType, type StoreSchema } from './schema.js'
import { requireStore } from './store-lock.js'
import { checkTraits, promoteIdentifiers } from './trait.js'
import { prepareUpsert } from './upsert.js'

const MAX_BATCH_SIZE = 256
const MAX_PAGE_ITEMS = 1000

/** Submits a write of one profile and resolves with the profile's id when it is on disk. */
export interface SubmitWrite {
  (scope: StoreScope, write: ProfileWrite): Promise<string>
  /** Writes that wait for their batch. */
  waiting(): QueueState
}

/**
 * Gathers concurrent writes of one store into one transaction; each gets its own answer.
 *
 * @param context the finished context, which holds what this returns
 */
export function createWriteGatherer(context: () => Context): SubmitWrite {
  const submit = gather<{ scope: StoreScope; write: ProfileWrite; span: SpanReference | undefined }, string>({
    maxBatchSize: MAX_BATCH_SIZE,
    atOnce: () => context().db.batchesAtOnce,
    isItemFault: (error) => !(error instanceof StorageUnavailableError),
    run: async ({ scope }, take) => {
      const ctx = context()
      const run = () => resolve(ctx, scope, () => take().map(({ write }) => write))
      const outcomes = await (ctx.tracing === undefined
        ? run()
        : ctx.tracing.batch('profile.batch', spansOf(take()), run))
      return outcomes.map((outcome) => ('error' in outcome ? outcome : { value: outcome.profileId }))
    },
  })
  return Object.assign(
    (scope: StoreScope, write: ProfileWrite) =>
      submit(scope.storeId, { scope, write, span: context().tracing?.current() }),
    {
      waiting: submit.waiting,
    },
  )
}

/**
 * CreateProfile: resolves identity and creates, updates or merges before it answers.
 *
 * @returns the canonical profile's id
 * @throws ApiError 400 when a trait is undeclared or invalid, or none identifies anybody
 */
export async function createProfile(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  input: ProfileInput,
): Promise<string> {
  const prepare = (schema: StoreSchema) => prepareUpsert(schema, input)
  const prepared = prepare(await loadSchema(ctx, ctx.db.read, scope))
  return ctx.submitWrite(scope, { actor, prepared, prepare })
}

/**
 * PatchProfileTraits: adds, changes and removes traits; promoted values become identifiers, which may merge profiles.
 *
 * @throws ApiError 400, 404; ProfileMovedError
 */
export async function patchProfile(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  profileId: string,
  input: ProfileInput,
): Promise<void> {
  await requireProfile(ctx.db.read, scope, profileId)
  const prepare = (schema: StoreSchema): PreparedWrite => {
    const changes = checkTraits(schema, input.traits ?? {})
    return { schemaVersion: schema.version, changes, identifiers: promoteIdentifiers(schema, changes) }
  }
  const prepared = prepare(await loadSchema(ctx, ctx.db.read, scope))
  await ctx.submitWrite(scope, { actor, target: profileId, prepared, prepare })
}

/**
 * FetchProfile, as JSON text: the stored traits go out as they are, unless groups are picked.
 *
 * @param traitGroups names separated by commas
 */
export async function fetchProfile(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  traitGroups?: string,
): Promise<string> {
  const found = await findProfileView(ctx.db.read, scope, profileId)
  const profile = found ?? (await refuseProfile(ctx.db.read, scope, profileId))
  const traits = traitGroups === undefined ? profile.traits : pickGroups(profile.traits, traitGroups)
  return `{"id":"${profile.id}","createdAt":"${toTimestamp(profile.createdAt)}","traits":${traits}}`
}

function pickGroups(traits: string, traitGroups: string): string {
  const wanted = parseNames(traitGroups)
  const entries = Object.entries(JSON.parse(traits) as Traits).filter(([group]) => wanted.has(group))
  return JSON.stringify(Object.fromEntries(entries))
}

/** Names of a list separated by commas. */
export function parseNames(list: string): Set<string> {
  return new Set(list.split(',').map((name) => name.trim()))
}

/** Milliseconds since the epoch as the wire writes times. */
export function toTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

/** ListProfiles: ids of canonical profiles, newest first. */
export function listProfiles(ctx: Context, scope: StoreScope, query: PageQuery): Promise<Page<string>> {
  return readPage<string, string>(ctx, {
    list: { accountSid: scope.accountSid, operationId: 'ListProfiles', parts: [scope.storeId] },
    key: 'profiles',
    query,
    maxItems: MAX_PAGE_ITEMS,
    select: (page) => selectProfileIds(ctx.db.read, scope, page),
    cursorOf: (id) => id,
  })
}

/**
 * CreateProfilesLookup: ids of the canonical profiles that own the value.
 *
 * @throws ApiError 400 for an identifier type the store does not have
 */
export async function lookupProfiles(
  ctx: Context,
  scope: StoreScope,
  { idType, value }: Identifier,
): Promise<{ normalizedValue: string; profiles: string[] }> {
  const schema = await loadSchema(ctx, ctx.db.read, scope)
  const { normalization, matchingAlgo, matchingThreshold } = requireIdentifierType(schema, idType)
  const normalized = normalize(normalization, value)
  if (normalized === undefined) return { normalizedValue: value.trim(), profiles: [] }
  const key = { idType, value: normalized }
  const profiles =
    matchingAlgo === 'fuzzy'
      ? await findSimilarOwners(ctx, scope, key, matchingThreshold)
      : await findIdentifierOwners(ctx.db.read, scope, key)
  return { normalizedValue: normalized, profiles }
}

/**
 * DeleteProfile: erases a profile with everything that was merged into it and the person's communications, for good.
 *
 * @throws ApiError 404; ProfileMovedError
 */
export async function deleteProfile(ctx: Context, scope: StoreScope, actor: Actor, profileId: string): Promise<void> {
  await ctx.db.transaction(
    async (trx) => {
      await requireStore(trx, scope, 'identity')
      await lockMemoryVersion(trx, scope, profileId)
      await requireProfile(trx, scope, profileId)
      await runAll(trx, [
        ...(await eraseConversations(trx, scope, profileId)),
        eraseFailedPayloads(trx, scope),
        deleteIdentifiersOfProfile(trx, scope, profileId),
        deleteMergesInto(trx, scope, profileId),
        ...eraseMemories(trx, scope, profileId),
        deleteProfiles(trx, scope, [profileId]),
        ...insertEvents(scope.storeId, [createEvent(ctx, actor, 'profile.deleted', profileId)]),
      ])
    },
    { owner: scope },
  )
  // Its texts go from memory too, not only when there is no room for them.
  ctx.recallCache.delete(cacheKey(scope, profileId))
}
