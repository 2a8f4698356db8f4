import type { Context } from '../context.js'
import { MEMORY_PAGE_MAX_ITEMS } from '../contract/memory.js'
import type { Summary, SummaryInput, SummaryPatch } from '../contract/summary.js'
import type { Actor, StoreScope } from '../scope.js'
import { eraseVectors } from '../storage/memory.js'
import { eraseSummary, findSummary, type SummaryRow, selectSummaryPage, updateSummary } from '../storage/summary.js'
import { findOfProfile, type OfProfile, readOfProfile } from './canonical-profile.js'
import { changeMemories, parseOptionalTime, parseTime, requireMemory } from './memory.js'
import { type Page, type PageQuery, readPage } from './page.js'

/** A summary as it goes over the wire. */
export function toSummary(row: SummaryRow): Summary {
  return {
    id: row.id,
    conversationId: row.conversationId,
    content: row.content,
    ...(row.source !== undefined && { source: row.source }),
    occurredAt: new Date(row.occurredAt).toISOString(),
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  }
}

/**
 * CreateProfileConversationSummary: all or none.
 *
 * @throws ApiError 400, 404; ProfileMovedError
 */
export async function createSummaries(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  profileId: string,
  inputs: readonly SummaryInput[],
): Promise<void> {
  const rows = inputs.map((input, index): SummaryRow => {
    const now = ctx.now()
    return {
      id: ctx.newId('mem_summary'),
      conversationId: input.conversationId,
      content: input.content,
      source: input.source,
      occurredAt: parseTime(`summaries[${index}].occurredAt`, input.occurredAt),
      createdAt: now,
      updatedAt: now,
      change: 0,
    }
  })
  await ctx.addMemories(scope, { actor, profileId, kind: 'summary', rows })
}

/** ListProfileConversationSummaries: newest first. @throws ApiError 404; ProfileMovedError */
export async function listSummaries(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  { conversationId, ...query }: PageQuery & { conversationId?: string },
): Promise<Page<Summary>> {
  const page = await readOfProfile(ctx.db.read, scope, profileId, () =>
    readPage<SummaryRow, string>(ctx, {
      list: {
        accountSid: scope.accountSid,
        operationId: 'ListProfileConversationSummaries',
        parts: [scope.storeId, profileId, conversationId],
      },
      key: 'summaries',
      query,
      maxItems: MEMORY_PAGE_MAX_ITEMS,
      select: (request) => selectSummaryPage(ctx.db.read, scope, profileId, conversationId, request),
      cursorOf: ({ id }) => id,
    }),
  )
  return { items: page.items.map(toSummary), meta: page.meta }
}

/** FetchProfileConversationSummary; a merged profile id answers for its survivor. @throws ApiError 404 */
export async function fetchSummary(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  id: string,
): Promise<OfProfile<Summary>> {
  const find = (ofProfile: string) => findSummary(ctx.db.read, scope, ofProfile, id)
  const found = requireMemory(await findOfProfile(ctx.db.read, scope, profileId, find), 'Summary', id)
  return { value: toSummary(found.value), profileId: found.profileId }
}

/** PatchProfileConversationSummary. @throws ApiError 400, 404; ProfileMovedError */
export async function patchSummary(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  profileId: string,
  id: string,
  patch: SummaryPatch,
): Promise<void> {
  const occurredAt = parseOptionalTime('occurredAt', patch.occurredAt)
  await changeMemories(ctx, scope, actor, profileId, async (trx, change) => {
    const before = requireMemory(await findSummary(trx, scope, profileId, id), 'Summary', id)
    const after: SummaryRow = {
      ...before,
      content: patch.content ?? before.content,
      conversationId: patch.conversationId ?? before.conversationId,
      source: patch.source ?? before.source,
      occurredAt: occurredAt ?? before.occurredAt,
      updatedAt: ctx.now(),
      change,
    }
    return {
      statements: [...eraseVectors(trx, scope, profileId, id), updateSummary(trx, scope, profileId, after)],
      event: 'summary.updated',
      ids: [id],
      encode: [{ id, kind: 'summary', change }],
    }
  })
}

/** DeleteProfileConversationSummary. @throws ApiError 404; ProfileMovedError */
export async function deleteSummary(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  profileId: string,
  id: string,
): Promise<void> {
  await changeMemories(ctx, scope, actor, profileId, async (trx) => {
    requireMemory(await findSummary(trx, scope, profileId, id), 'Summary', id)
    return {
      statements: [...eraseVectors(trx, scope, profileId, id), eraseSummary(trx, scope, profileId, id)],
      event: 'summary.deleted',
      ids: [id],
      deleted: [id],
    }
  })
}
