import type { Context } from '../context.js'
import { MEMORY_PAGE_MAX_ITEMS } from '../contract/memory.js'
import type { Observation, ObservationInput, ObservationPatch } from '../contract/observation.js'
import type { Actor, StoreScope } from '../scope.js'
import { eraseVectors } from '../storage/memory.js'
import {
  eraseObservation,
  findObservation,
  type ObservationRow,
  replaceObservation,
  selectObservationPage,
  selectRevisions,
} from '../storage/observation.js'
import type { PageRequest } from '../storage/page.js'
import { findOfProfile, type OfProfile, readOfProfile } from './canonical-profile.js'
import { changeMemories, parseOptionalTime, parseTime, requireMemory } from './memory.js'
import { type Page, type PageQuery, readPage } from './page.js'

/** An observation as it goes over the wire. */
export function toObservation(row: ObservationRow): Observation {
  return {
    id: row.id,
    content: row.content,
    source: row.source,
    occurredAt: new Date(row.occurredAt).toISOString(),
    ...(row.conversationIds.length > 0 && { conversationIds: row.conversationIds }),
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  }
}

/**
 * CreateProfileObservation: all or none.
 *
 * @throws ApiError 400, 404; ProfileMovedError
 */
export async function createObservations(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  profileId: string,
  inputs: readonly ObservationInput[],
): Promise<void> {
  const rows = inputs.map((input, index): ObservationRow => {
    const now = ctx.now()
    return {
      id: ctx.newId('mem_observation'),
      content: input.content,
      source: input.source,
      occurredAt: parseTime(`observations[${index}].occurredAt`, input.occurredAt),
      conversationIds: input.conversationIds ?? [],
      createdAt: now,
      updatedAt: now,
      change: 0,
    }
  })
  await ctx.addMemories(scope, { actor, profileId, kind: 'observation', rows })
}

/** Filters of ListProfileObservations, as on the wire. */
export interface ObservationQuery extends PageQuery {
  source?: string
  createdAfter?: string
  createdBefore?: string
  conversationId?: string
}

/** ListProfileObservations: newest first. @throws ApiError 400, 404; ProfileMovedError */
export async function listObservations(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  { source, createdAfter, createdBefore, conversationId, ...query }: ObservationQuery,
): Promise<Page<Observation>> {
  const filter = {
    source,
    conversationId,
    createdAfter: parseOptionalTime('createdAfter', createdAfter),
    createdBefore: parseOptionalTime('createdBefore', createdBefore),
  }
  const page = await readOfProfile(ctx.db.read, scope, profileId, () =>
    readPage<ObservationRow, string>(ctx, {
      list: {
        accountSid: scope.accountSid,
        operationId: 'ListProfileObservations',
        parts: [scope.storeId, profileId, source, createdAfter, createdBefore, conversationId],
      },
      key: 'observations',
      query,
      maxItems: MEMORY_PAGE_MAX_ITEMS,
      select: (request) => selectObservationPage(ctx.db.read, scope, profileId, filter, request),
      cursorOf: ({ id }) => id,
    }),
  )
  return { items: page.items.map(toObservation), meta: page.meta }
}

/** An observation of a profile or of its survivor. @throws ApiError 404 */
async function findObservationOf(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  id: string,
): Promise<OfProfile<ObservationRow>> {
  const find = (ofProfile: string) => findObservation(ctx.db.read, scope, ofProfile, id)
  return requireMemory(await findOfProfile(ctx.db.read, scope, profileId, find), 'Observation', id)
}

/** FetchProfileObservation; a merged profile id answers for its survivor. @throws ApiError 404 */
export async function fetchObservation(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  id: string,
): Promise<OfProfile<Observation>> {
  const found = await findObservationOf(ctx, scope, profileId, id)
  return { value: toObservation(found.value), profileId: found.profileId }
}

/**
 * PatchProfileObservation: the state before becomes a revision. A patch that changes nothing leaves no trace.
 *
 * @throws ApiError 400, 404; ProfileMovedError
 */
export async function patchObservation(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  profileId: string,
  id: string,
  patch: ObservationPatch,
): Promise<void> {
  const occurredAt = parseOptionalTime('occurredAt', patch.occurredAt)
  await changeMemories(ctx, scope, actor, profileId, async (trx, change) => {
    const before = requireMemory(await findObservation(trx, scope, profileId, id), 'Observation', id)
    const state: ObservationRow = {
      ...before,
      content: patch.content ?? before.content,
      source: patch.source ?? before.source,
      occurredAt: occurredAt ?? before.occurredAt,
      conversationIds: patch.conversationIds ?? before.conversationIds,
    }
    if (JSON.stringify(state) === JSON.stringify(before)) return undefined
    const after = { ...state, updatedAt: ctx.now(), change }
    return {
      statements: [
        ...eraseVectors(trx, scope, profileId, id),
        ...replaceObservation(trx, scope, profileId, { before, after }),
      ],
      event: 'observation.updated',
      ids: [id],
      encode: [{ id, kind: 'observation', change }],
    }
  })
}

/** DeleteProfileObservation: erased with its revisions. @throws ApiError 404; ProfileMovedError */
export async function deleteObservation(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  profileId: string,
  id: string,
): Promise<void> {
  await changeMemories(ctx, scope, actor, profileId, async (trx) => {
    requireMemory(await findObservation(trx, scope, profileId, id), 'Observation', id)
    return {
      statements: [...eraseVectors(trx, scope, profileId, id), ...eraseObservation(trx, scope, profileId, id)],
      event: 'observation.deleted',
      ids: [id],
      deleted: [id],
    }
  })
}

/**
 * ListObservationRevisions: full states, newest first, the current one included. The observation is looked for again
 * afterwards: one that is where and what it was had lost nothing to a merge, a change or an erasure while it was read.
 *
 * @throws ApiError 404
 */
export async function listRevisions(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  id: string,
  query: PageQuery,
): Promise<OfProfile<Page<Observation>>> {
  let found = await findObservationOf(ctx, scope, profileId, id)
  for (;;) {
    const { value: current, profileId: canonicalId } = found
    const { items, meta } = await readPage<ObservationRow, number>(ctx, {
      list: { accountSid: scope.accountSid, operationId: 'ListObservationRevisions', parts: [scope.storeId, id] },
      key: 'revisions',
      query,
      maxItems: MEMORY_PAGE_MAX_ITEMS,
      select: (request) => selectStates(ctx, scope, canonicalId, current, request),
      cursorOf: ({ change }) => change,
    })
    found = await findObservationOf(ctx, scope, profileId, id)
    if (found.profileId === canonicalId && found.value.change === current.change)
      return { value: { items: items.map(toObservation), meta }, profileId: canonicalId }
  }
}

/** Past states and, where the page reaches it, the current one, which is the newest. */
async function selectStates(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  current: ObservationRow,
  request: PageRequest<number>,
): Promise<ObservationRow[]> {
  const { after, order, limit } = request
  const past = await selectRevisions(ctx.db.read, scope, profileId, current.id, request)
  if (order === 'desc') return after === undefined ? [current, ...past].slice(0, limit) : past
  return after !== undefined && after >= current.change ? past : [...past, current].slice(0, limit)
}
