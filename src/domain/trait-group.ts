import type { Context } from '../context.js'
import type { TraitDefinition, TraitGroup, TraitGroupInput, TraitGroupPatch } from '../contract/trait-group.js'
import { badRequest, conflict, ERROR_CODES, limitReached, notFound } from '../errors.js'
import type { Actor, StoreScope } from '../scope.js'
import { selectAllDataMappings } from '../storage/data-mapping.js'
import { raiseSchemaVersion } from '../storage/store.js'
import type { Executor } from '../storage/tables.js'
import {
  countTraitGroups,
  findTraitGroup,
  insertTraitGroup,
  deleteTraitGroup as removeTraitGroup,
  selectTraitGroupPage,
  type TraitGroupCursor,
  type TraitGroupRow,
  updateTraitGroup,
} from '../storage/trait-group.js'
import { changeStore } from './control-plane.js'
import { checkIfMatch } from './etag.js'
import { enqueueJob } from './job.js'
import { type Page, type PageQuery, readPage } from './page.js'
import type { TraitRemoval } from './remove-traits.js'
import { loadSchema, type StoreSchema } from './schema.js'
import type { Versioned } from './store.js'
import { checkCount, checkDefinitions } from './trait-definition.js'

const MAX_PAGE_ITEMS = 50
const RESERVED_NAME = '__proto__'

const text = (description: string, idTypePromotion?: string): TraitDefinition => ({
  dataType: 'STRING',
  description,
  ...(idTypePromotion !== undefined && { idTypePromotion }),
})

/** The trait group every new store has. */
export const CONTACT_GROUP = {
  name: 'Contact',
  description: 'Traits related to contact information.',
  traits: {
    email: text('E-mail address', 'email'),
    phone: text('Phone number', 'phone'),
    whatsapp: text('WhatsApp address', 'whatsapp'),
    chat: text('Chat user name', 'chat'),
    firstName: text('First name'),
    lastName: text('Last name'),
    street: text('Street and number'),
    city: text('City'),
    state: text('State or province'),
    postalCode: text('Postal code'),
    country: text('Country'),
    preferredLanguage: text('Language the person prefers'),
  },
} as const

/**
 * CreateTraitGroup.
 *
 * @returns id of the operation
 * @throws ApiError 400 for a bad definition or a limit, 409 when the name is taken
 */
export async function createTraitGroup(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  input: TraitGroupInput,
): Promise<string> {
  return changeStore(ctx, actor, scope.storeId, async (trx, store) => {
    const schema = await loadSchema(ctx, trx, scope, store.schemaVersion)
    await checkTraitGroup(ctx, trx, scope, schema, input)
    const now = ctx.now()
    await insertTraitGroup(trx, scope, {
      name: input.displayName,
      description: input.description,
      traits: input.traits ?? {},
      version: 1,
      createdAt: now,
      updatedAt: now,
    })
    await raiseSchemaVersion(trx, scope.storeId)
    return { resultId: input.displayName, event: 'trait-group.created' }
  })
}

async function checkTraitGroup(
  ctx: Context,
  trx: Executor,
  scope: StoreScope,
  schema: StoreSchema,
  input: TraitGroupInput,
): Promise<void> {
  if (input.displayName === RESERVED_NAME) throw badRequest(`displayName must not be ${RESERVED_NAME}`)
  await checkDefinitions(schema, input.traits ?? {}, ctx.config.limits.traitsPerGroup)
  if ((await findTraitGroup(trx, scope, input.displayName)) !== undefined) {
    throw conflict(
      `displayName "${input.displayName}" is taken by another trait group of this store`,
      ERROR_CODES.traitGroupExists,
    )
  }
  const limit = ctx.config.limits.traitGroupsPerStore
  if ((await countTraitGroups(trx, scope)) >= limit) {
    throw limitReached(
      `The store has ${limit} trait groups, which is its limit: delete one or raise RECOLLECT_MAX_TRAIT_GROUPS`,
      ERROR_CODES.traitGroupLimit,
    )
  }
}

/** @throws ApiError 404 */
async function requireTraitGroup(executor: Executor, scope: StoreScope, name: string): Promise<TraitGroupRow> {
  const row = await findTraitGroup(executor, scope, name)
  if (row === undefined) throw notFound(`Trait group ${name}`, ERROR_CODES.traitGroupNotFound)
  return row
}

/** FetchTraitGroup. @throws ApiError 404 */
export async function fetchTraitGroup(
  ctx: Context,
  scope: StoreScope,
  name: string,
  includeTraits: boolean,
): Promise<Versioned<TraitGroup>> {
  const row = await requireTraitGroup(ctx.db.read, scope, name)
  return { value: toTraitGroup(row, includeTraits), id: name, version: row.version }
}

/**
 * PatchTraitGroup: adds and replaces whole definitions; `dataType: ""` removes a trait, and a job its values.
 * Values that are stored stay as they are: a changed rule holds from the next write on.
 *
 * @returns id of the operation
 * @throws ApiError 400, 404, 412
 */
export async function patchTraitGroup(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  name: string,
  patch: TraitGroupPatch,
  ifMatch: string | undefined,
): Promise<string> {
  const operationId = await changeStore(ctx, actor, scope.storeId, async (trx, store) => {
    const row = await requireTraitGroup(trx, scope, name)
    checkIfMatch(ifMatch, name, row.version)
    const entries = Object.entries(patch.traits ?? {})
    const removed = entries.filter(([, { dataType }]) => dataType === '').map(([trait]) => trait)
    const written = Object.fromEntries(entries.filter(([, { dataType }]) => dataType !== ''))
    const schema = await loadSchema(ctx, trx, scope, store.schemaVersion)
    await checkDefinitions(schema, written, ctx.config.limits.traitsPerGroup)
    const traits = Object.fromEntries(
      Object.entries({ ...row.traits, ...written }).filter(([trait]) => !removed.includes(trait)),
    )
    checkCount(traits, ctx.config.limits.traitsPerGroup)
    const changed = { ...row, description: patch.description ?? row.description, traits }
    if (JSON.stringify(changed) === JSON.stringify(row)) return { resultId: name }
    await updateTraitGroup(trx, scope, { ...changed, updatedAt: ctx.now() })
    await raiseSchemaVersion(trx, scope.storeId)
    const known = removed.filter((trait) => Object.hasOwn(row.traits, trait))
    if (known.length > 0) await enqueueRemoval(ctx, trx, scope, actor, { group: name, traits: known })
    return { resultId: name, event: 'trait-group.updated' }
  })
  ctx.jobSignal.wake()
  return operationId
}

/**
 * DeleteTraitGroup: the definitions are gone at once, the values on profiles by a job.
 *
 * @returns id of the operation
 * @throws ApiError 404; 409 for Contact and for a group that a data mapping writes to
 */
export async function deleteTraitGroup(ctx: Context, scope: StoreScope, actor: Actor, name: string): Promise<string> {
  const operationId = await changeStore(ctx, actor, scope.storeId, async (trx) => {
    await requireTraitGroup(trx, scope, name)
    if (name === CONTACT_GROUP.name) throw conflict(`The trait group ${name} is part of every store`)
    const mappings = await selectAllDataMappings(trx, scope)
    const user = mappings.find(({ mappingTo }) => mappingTo.mappings.some(({ traitGroup }) => traitGroup === name))
    if (user !== undefined) {
      throw conflict(`The data mapping "${user.name}" writes to the trait group ${name}: delete or change it first`)
    }
    await removeTraitGroup(trx, scope, name)
    await raiseSchemaVersion(trx, scope.storeId)
    await enqueueRemoval(ctx, trx, scope, actor, { group: name })
    return { resultId: name, event: 'trait-group.deleted' }
  })
  ctx.jobSignal.wake()
  return operationId
}

async function enqueueRemoval(
  ctx: Context,
  trx: Executor,
  scope: StoreScope,
  actor: Actor,
  removal: Pick<TraitRemoval, 'group' | 'traits'>,
): Promise<void> {
  const payload: TraitRemoval = { ...removal, until: ctx.tick() }
  await enqueueJob(ctx, trx, { storeId: scope.storeId, kind: 'remove-traits', payload, actor })
}

/** ListTraitGroups: newest first; definitions are left out unless asked for. */
export async function listTraitGroups(
  ctx: Context,
  scope: StoreScope,
  { includeTraits = false, ...query }: PageQuery & { includeTraits?: boolean },
): Promise<Page<TraitGroup>> {
  const page = await readPage<TraitGroupRow, TraitGroupCursor>(ctx, {
    list: { accountSid: scope.accountSid, operationId: 'ListTraitGroups', parts: [scope.storeId] },
    key: 'traitGroups',
    query,
    maxItems: MAX_PAGE_ITEMS,
    select: (request) => selectTraitGroupPage(ctx.db.read, scope, request),
    cursorOf: ({ createdAt, name }) => ({ createdAt, name }),
  })
  return { items: page.items.map((row) => toTraitGroup(row, includeTraits)), meta: page.meta }
}

function toTraitGroup(row: TraitGroupRow, includeTraits: boolean): TraitGroup {
  return {
    displayName: row.name,
    ...(row.description !== undefined && { description: row.description }),
    ...(includeTraits && { traits: row.traits }),
    version: row.version,
  }
}
