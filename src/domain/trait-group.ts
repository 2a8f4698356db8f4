import type { Context } from '../context.js'
import type { TraitDefinition, TraitGroup, TraitGroupInput } from '../contract/trait-group.js'
import { badRequest, conflict, ERROR_CODES, limitReached } from '../errors.js'
import type { Actor, StoreScope } from '../scope.js'
import { insertEvents } from '../storage/event.js'
import { runAll } from '../storage/statement.js'
import { raiseSchemaVersion } from '../storage/store.js'
import type { Executor } from '../storage/tables.js'
import {
  countTraitGroups,
  findTraitGroup,
  insertTraitGroup,
  selectTraitGroupPage,
  type TraitGroupCursor,
  type TraitGroupRow,
} from '../storage/trait-group.js'
import { createEvent } from './event.js'
import { recordOperation } from './operation.js'
import { type Page, type PageQuery, readPage } from './page.js'
import { compilePattern, loadSchema, type StoreSchema } from './schema.js'

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
  return ctx.db.transaction(async (trx) => {
    await checkTraitGroup(ctx, trx, scope, input)
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
    const event = createEvent(ctx, actor, 'trait-group.created', input.displayName)
    await runAll(trx, insertEvents(scope.storeId, [event]))
    return recordOperation(ctx, trx, actor, input.displayName)
  })
}

async function checkTraitGroup(
  ctx: Context,
  trx: Executor,
  scope: StoreScope,
  input: TraitGroupInput,
): Promise<void> {
  if (input.displayName === RESERVED_NAME) throw badRequest(`displayName must not be ${RESERVED_NAME}`)
  checkDefinitions(await loadSchema(ctx, trx, scope), input.traits ?? {}, ctx.config.limits.traitsPerGroup)
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

/**
 * Checks trait definitions beyond their form: rule and type agree, the pattern compiles, the identifier type exists.
 *
 * @throws ApiError 400
 */
export function checkDefinitions(
  schema: StoreSchema,
  definitions: Record<string, TraitDefinition>,
  maxTraits: number,
): void {
  if (Object.keys(definitions).length > maxTraits) {
    throw limitReached(`traits must not have more than ${maxTraits} definitions`, ERROR_CODES.traitLimit)
  }
  for (const [name, definition] of Object.entries(definitions)) checkDefinition(schema, name, definition)
}

const MAX_TRAIT_NAME_LENGTH = 64

function checkDefinition(schema: StoreSchema, name: string, definition: TraitDefinition): void {
  const field = `traits.${name}`
  if (name === '' || name.length > MAX_TRAIT_NAME_LENGTH) {
    throw badRequest(`${field}: a trait name must have 1 to ${MAX_TRAIT_NAME_LENGTH} characters`)
  }
  const { dataType, validationRule, idTypePromotion } = definition
  if (dataType === '') throw badRequest(`${field}.dataType must be one of STRING, NUMBER, BOOLEAN, ARRAY`)
  if (validationRule !== undefined && validationRule.ruleType !== dataType) {
    throw badRequest(`${field}.validationRule.ruleType must be ${dataType}, the dataType of the trait`)
  }
  if (validationRule?.ruleType === 'STRING' && validationRule.pattern !== undefined) {
    checkPattern(`${field}.validationRule.pattern`, validationRule.pattern)
  }
  if (idTypePromotion !== undefined && !schema.identifierTypes.has(idTypePromotion)) {
    const known = [...schema.identifierTypes.keys()].join(', ')
    throw badRequest(`${field}.idTypePromotion must be an identifier type of the store: ${known}`)
  }
}

function checkPattern(field: string, pattern: string): void {
  try {
    compilePattern(pattern)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw badRequest(`${field} is no regular expression in RE2 syntax: ${reason}`)
  }
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
