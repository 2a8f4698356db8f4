import type { Context } from '../context.js'
import type {
  DataMapping,
  DataMappingInput,
  DataMappingPatch,
  MappingFrom,
  MappingTo,
  MappingType,
} from '../contract/data-mapping.js'
import { badRequest, conflict, ERROR_CODES, notFound } from '../errors.js'
import type { Actor, StoreScope } from '../scope.js'
import {
  type DataMappingRow,
  findDataMapping,
  findDataMappingByName,
  insertDataMapping,
  deleteDataMapping as removeDataMapping,
  selectDataMappings,
  updateDataMapping,
} from '../storage/data-mapping.js'
import type { Executor } from '../storage/tables.js'
import { changeStore } from './control-plane.js'
import { checkIfMatch } from './etag.js'
import { type Page, type PageQuery, readPage } from './page.js'
import { loadSchema, type StoreSchema } from './schema.js'
import type { Versioned } from './store.js'

const MAX_PAGE_ITEMS = 100

/** ListDataMappings: newest first, of one type if asked for. */
export async function listDataMappings(
  ctx: Context,
  scope: StoreScope,
  { type, ...query }: PageQuery & { type?: MappingType },
): Promise<Page<DataMapping>> {
  const page = await readPage<DataMappingRow, string>(ctx, {
    list: { accountSid: scope.accountSid, operationId: 'ListDataMappings', parts: [scope.storeId, type] },
    key: 'dataMappings',
    query,
    maxItems: MAX_PAGE_ITEMS,
    select: (request) => selectDataMappings(ctx.db.read, scope, type, request),
    cursorOf: (row) => row.id,
  })
  return { items: page.items.map(toDataMapping), meta: page.meta }
}

function toDataMapping(row: DataMappingRow): DataMapping {
  return {
    id: row.id,
    displayName: row.name,
    ...(row.description !== undefined && { description: row.description }),
    isEnabled: row.isEnabled,
    mappingTo: row.mappingTo,
    mappingFrom: row.mappingFrom,
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
    version: row.version,
  }
}

/** @throws ApiError 404 */
async function requireDataMapping(executor: Executor, scope: StoreScope, id: string): Promise<DataMappingRow> {
  const row = await findDataMapping(executor, scope, id)
  if (row === undefined) throw notFound(`Data mapping ${id}`, ERROR_CODES.mappingNotFound)
  return row
}

/** FetchDataMapping. @throws ApiError 404 */
export async function fetchDataMapping(ctx: Context, scope: StoreScope, id: string): Promise<Versioned<DataMapping>> {
  const row = await requireDataMapping(ctx.db.read, scope, id)
  return { value: toDataMapping(row), id, version: row.version }
}

/**
 * CreateDataMapping.
 *
 * @returns id of the operation
 * @throws ApiError 400 when a column or trait does not exist, 409 when the name is taken
 */
export async function createDataMapping(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  input: DataMappingInput,
): Promise<string> {
  return changeStore(ctx, actor, scope.storeId, async (trx, store) => {
    checkMapping(await loadSchema(ctx, trx, scope, store.schemaVersion), input.mappingFrom, input.mappingTo)
    await refuseTakenName(trx, scope, input.displayName)
    const now = ctx.now()
    const id = ctx.newId('mem_datamapping')
    await insertDataMapping(trx, scope, {
      id,
      name: input.displayName,
      description: input.description,
      isEnabled: input.isEnabled ?? true,
      mappingFrom: input.mappingFrom,
      mappingTo: input.mappingTo,
      version: 1,
      createdAt: now,
      updatedAt: now,
    })
    return { resultId: id, event: 'data-mapping.created' }
  })
}

/** The traits must exist; of columns named in the request, the mapped ones must be among them. @throws ApiError 400 */
function checkMapping(schema: StoreSchema, from: MappingFrom, to: MappingTo): void {
  if (from.type === 'INGRESS') {
    const repeated = from.columns.find((column, index) => from.columns.indexOf(column) !== index)
    if (repeated !== undefined) throw badRequest(`mappingFrom.columns repeats "${repeated}"`)
  }
  to.mappings.forEach(({ expression, traitGroup, traitName }, index) => {
    const field = `mappingTo.mappings[${index}]`
    if (schema.traits.get(traitGroup)?.get(traitName) === undefined) {
      throw badRequest(`Trait not registered for this service: ${traitGroup}.${traitName} (at ${field})`)
    }
    if (from.type === 'INGRESS' && !from.columns.includes(expression)) {
      throw badRequest(`${field}.expression "${expression}" must be one of mappingFrom.columns`)
    }
  })
}

async function refuseTakenName(trx: Executor, scope: StoreScope, name: string): Promise<void> {
  if ((await findDataMappingByName(trx, scope, name)) === undefined) return
  throw conflict(`displayName "${name}" is taken by another data mapping of this store`, ERROR_CODES.mappingNameTaken)
}

/**
 * PatchDataMapping: `mappingTo`, if given, replaces the mappings whole.
 *
 * @returns id of the operation
 * @throws ApiError 400, 404, 409, 412
 */
export async function patchDataMapping(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  id: string,
  patch: DataMappingPatch,
  ifMatch: string | undefined,
): Promise<string> {
  return changeStore(ctx, actor, scope.storeId, async (trx, store) => {
    const row = await requireDataMapping(trx, scope, id)
    checkIfMatch(ifMatch, id, row.version)
    const { displayName = row.name, mappingTo = row.mappingTo } = patch
    checkMapping(await loadSchema(ctx, trx, scope, store.schemaVersion), row.mappingFrom, mappingTo)
    if (displayName !== row.name) await refuseTakenName(trx, scope, displayName)
    const changed: DataMappingRow = {
      ...row,
      name: displayName,
      description: patch.description ?? row.description,
      isEnabled: patch.isEnabled ?? row.isEnabled,
      mappingTo,
    }
    if (JSON.stringify(changed) === JSON.stringify(row)) return { resultId: id }
    await updateDataMapping(trx, scope, { ...changed, version: row.version + 1, updatedAt: ctx.now() })
    return { resultId: id, event: 'data-mapping.updated' }
  })
}

/** DeleteDataMapping. @returns id of the operation @throws ApiError 404 */
export async function deleteDataMapping(ctx: Context, scope: StoreScope, actor: Actor, id: string): Promise<string> {
  return changeStore(ctx, actor, scope.storeId, async (trx) => {
    await requireDataMapping(trx, scope, id)
    await removeDataMapping(trx, scope, id)
    return { resultId: id, event: 'data-mapping.deleted' }
  })
}
