import type { Context } from '../context.js'
import type { Hub, IdentifierSet, IdentifierUpdate, Merge } from '../contract/identifier.js'
import type { Identifier } from '../contract/profile.js'
import { badRequest, notFound } from '../errors.js'
import { groupBy } from '../group-by.js'
import type { Actor, StoreScope } from '../scope.js'
import {
  findIdentifierOwners,
  type IdentifierKey,
  selectIdentifiersOfProfile,
  selectJoiners,
} from '../storage/identifier.js'
import { type MergeSummary, selectMergesInto } from '../storage/profile-merge.js'
import { readOfProfile, requireProfile } from './canonical-profile.js'
import type { PreparedWrite } from './identity/batch.js'
import { MAX_IDENTIFIER_LENGTH, normalize } from './identity/normalize.js'
import type { IdentifierValue } from './identity/state.js'
import { type Page, type PageQuery, readPage } from './page.js'
import { loadSchema, requireIdentifierType, type StoreSchema } from './schema.js'

const MAX_VALUES = 100
const MAX_PAGE_ITEMS = 1000

/** ListProfileIdentifiers: values by type, oldest first. @throws ApiError 404; ProfileMovedError */
export async function listIdentifiers(ctx: Context, scope: StoreScope, profileId: string): Promise<IdentifierSet[]> {
  const schema = await loadSchema(ctx, ctx.db.read, scope)
  const rows = await readOfProfile(ctx.db.read, scope, profileId, () =>
    selectIdentifiersOfProfile(ctx.db.read, scope, profileId),
  )
  const byType = groupBy(rows, (row) => row.idType)
  return [...schema.identifierTypes.keys()].flatMap((idType) => {
    const values = byType.get(idType)?.map((row) => row.value)
    return values === undefined ? [] : [{ idType, values: values.slice(-MAX_VALUES) }]
  })
}

/** FetchProfileIdentifier. @throws ApiError 400 for an unknown type, 404 when the profile has no value of it */
export async function fetchIdentifier(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  idType: string,
): Promise<IdentifierSet> {
  requireIdentifierType(await loadSchema(ctx, ctx.db.read, scope), idType)
  const found = (await listIdentifiers(ctx, scope, profileId)).find((set) => set.idType === idType)
  if (found === undefined) throw notFound(`An identifier of type ${idType} on profile ${profileId}`)
  return found
}

/** CreateProfileIdentifier: adds a value; one that another profile owns merges the two when the type is unique. */
export async function createIdentifier(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  profileId: string,
  { idType, value }: Identifier,
): Promise<void> {
  await write(ctx, scope, actor, profileId, (schema) => ({
    identifiers: [normalizeStrictly(schema, idType, value, 'value')],
  }))
}

/** PatchProfileIdentifier: replaces one value, which keeps its place in time. @throws ApiError 404 without oldValue */
export async function patchIdentifier(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  profileId: string,
  idType: string,
  update: IdentifierUpdate,
): Promise<void> {
  if (update.idType !== idType) throw badRequest(`idType must be "${idType}", as in the path`)
  await write(ctx, scope, actor, profileId, (schema) => {
    const from = normalizeStrictly(schema, idType, update.oldValue, 'oldValue').value
    const to = normalizeStrictly(schema, idType, update.newValue, 'newValue')
    return { identifiers: [to], edit: { kind: 'replace', idType, from, to: to.value } }
  })
}

/** DeleteProfileIdentifier: removes one value by the type's policy, or all. @throws ApiError 404 without a value */
export async function deleteIdentifier(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  profileId: string,
  idType: string,
  all: boolean,
): Promise<void> {
  await write(ctx, scope, actor, profileId, (schema) => {
    requireIdentifierType(schema, idType)
    return { identifiers: [], edit: { kind: 'remove', idType, all } }
  })
}

async function write(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  profileId: string,
  build: (schema: StoreSchema) => Pick<PreparedWrite, 'identifiers' | 'edit'>,
): Promise<void> {
  await requireProfile(ctx.db.read, scope, profileId)
  const prepare = (schema: StoreSchema): PreparedWrite => ({
    schemaVersion: schema.version,
    changes: [],
    ...build(schema),
  })
  const prepared = prepare(await loadSchema(ctx, ctx.db.read, scope))
  await ctx.submitWrite(scope, { actor, target: profileId, prepared, prepare })
}

function normalizeStrictly(schema: StoreSchema, idType: string, value: string, field: string): IdentifierValue {
  const { normalization } = requireIdentifierType(schema, idType)
  const normalized = normalize(normalization, value)
  if (normalized === undefined) {
    throw badRequest(`${field} identifies nobody: give a ${normalization === 'phone' ? 'phone number' : 'value'}`)
  }
  if (normalized.length > MAX_IDENTIFIER_LENGTH) {
    throw badRequest(`${field} must not have more than ${MAX_IDENTIFIER_LENGTH} characters`)
  }
  return { idType, value: normalized }
}

/** Who was merged into a profile, when and why (ours, beyond the API). @throws ApiError 404; ProfileMovedError */
export async function listMerges(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  query: PageQuery,
): Promise<Page<Merge>> {
  const page = await readOfProfile(ctx.db.read, scope, profileId, () =>
    readPage<MergeSummary, string>(ctx, {
      list: { accountSid: scope.accountSid, operationId: 'ListProfileMerges', parts: [scope.storeId, profileId] },
      key: 'merges',
      query,
      maxItems: MAX_PAGE_ITEMS,
      select: (request) => selectMergesInto(ctx.db.read, scope, profileId, request),
      cursorOf: (merge) => merge.profileId,
    }),
  )
  return { items: page.items.map(toMerge), meta: page.meta }
}

function toMerge(row: MergeSummary): Merge {
  return {
    profileId: row.profileId,
    survivorId: row.survivorId,
    rule: row.idType,
    mergedAt: new Date(row.mergedAt).toISOString(),
    createdAt: new Date(row.createdAt).toISOString(),
    requestId: row.requestId,
    credential: row.actor,
  }
}

/** Values that joined so many profiles that they join no more (ours, beyond the API). */
export async function listHubs(ctx: Context, scope: StoreScope, query: PageQuery): Promise<Page<Hub>> {
  const minJoins = ctx.config.limits.joinedProfiles - 1
  const page = await readPage<IdentifierKey, [string, string]>(ctx, {
    list: { accountSid: scope.accountSid, operationId: 'ListHubs', parts: [scope.storeId] },
    key: 'hubs',
    query,
    maxItems: MAX_PAGE_ITEMS,
    select: (request) => selectJoiners(ctx.db.read, scope, minJoins, request),
    cursorOf: ({ idType, value }) => [idType, value],
  })
  const hubs = page.items.map(async (key) => ({
    ...key,
    profiles: await findIdentifierOwners(ctx.db.read, scope, key),
  }))
  return { items: await Promise.all(hubs), meta: page.meta }
}
