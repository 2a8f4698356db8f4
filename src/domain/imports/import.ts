import type { Context } from '../../context.js'
import type { ColumnMapping, Import, ImportInput, ImportProgress } from '../../contract/import.js'
import { badRequest, notFound } from '../../errors.js'
import type { Actor, StoreScope } from '../../scope.js'
import { insertEvents } from '../../storage/event.js'
import { findImport, type ImportRow, insertImport, selectImportIds, selectImportIssues } from '../../storage/import.js'
import { runAll } from '../../storage/statement.js'
import { createEvent } from '../event.js'
import { type Page, type PageQuery, readPage } from '../page.js'
import { loadSchema, type StoreSchema } from '../schema.js'
import { requireStore } from '../store-lock.js'
import { signUpload } from './upload.js'

const MAX_PAGE_ITEMS = 100
const ISSUE_PAGE_SIZE = 1000

/**
 * CreateProfilesImportV2: an import that waits for its file.
 *
 * @returns id and the path of the signed upload URL, to be put behind the origin
 * @throws ApiError 400 when a mapping names an undeclared trait or one trait twice
 */
export async function createImport(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  input: ImportInput,
): Promise<{ importId: string; uploadPath: string }> {
  checkMappings(await loadSchema(ctx, ctx.db.read, scope), input.columnMappings)
  const now = ctx.now()
  const id = ctx.newId('mem_import')
  await ctx.db.transaction(
    async (trx) => {
      await requireStore(trx, scope, 'content')
      await insertImport(trx, scope, {
        id,
        filename: input.filename,
        fileSize: input.fileSize,
        columnMappings: input.columnMappings,
        status: 'PENDING',
        errors: 0,
        warnings: 0,
        rowsDone: 0,
        bytesDone: 0,
        failure: undefined,
        uploadedAt: undefined,
        actor: actor.credential,
        createdAt: now,
        updatedAt: now,
      })
      await runAll(trx, insertEvents(scope.storeId, [createEvent(ctx, actor, 'import.created', id)]))
    },
    { owner: scope },
  )
  return { importId: id, uploadPath: await signUpload(ctx, scope.storeId, id) }
}

/** @throws ApiError 400 when a mapping names an undeclared trait or one trait twice */
export function checkMappings(schema: StoreSchema, mappings: readonly ColumnMapping[]): void {
  const seen = new Set<string>()
  mappings.forEach(({ traitGroup, traitName }, index) => {
    const trait = `${traitGroup}.${traitName}`
    if (schema.traits.get(traitGroup)?.get(traitName) === undefined) {
      throw badRequest(`Trait not registered for this service: ${trait} (at columnMappings[${index}])`)
    }
    if (seen.has(trait)) throw badRequest(`columnMappings[${index}] maps ${trait} a second time`)
    seen.add(trait)
  })
}

/** ListProfileImportsV2: ids, newest first. */
export function listImports(ctx: Context, scope: StoreScope, query: PageQuery): Promise<Page<string>> {
  return readPage<string, string>(ctx, {
    list: { accountSid: scope.accountSid, operationId: 'ListProfileImportsV2', parts: [scope.storeId] },
    key: 'imports',
    query,
    maxItems: MAX_PAGE_ITEMS,
    select: (page) => selectImportIds(ctx.db.read, scope, page),
    cursorOf: (id) => id,
  })
}

/** @throws ApiError 404 */
async function requireImport(ctx: Context, scope: StoreScope, importId: string): Promise<ImportRow> {
  const row = await findImport(ctx.db.read, scope, importId)
  if (row === undefined) throw notFound(`Import ${importId}`)
  return row
}

/** FetchProfileImportV2. @throws ApiError 404 */
export async function fetchImport(ctx: Context, scope: StoreScope, importId: string): Promise<Import> {
  return toImport(await requireImport(ctx, scope, importId))
}

/** The import with rows and bytes done (ours, beyond the API). @throws ApiError 404 */
export async function fetchImportProgress(ctx: Context, scope: StoreScope, importId: string): Promise<ImportProgress> {
  const row = await requireImport(ctx, scope, importId)
  return {
    ...toImport(row),
    id: row.id,
    rowsDone: row.rowsDone,
    bytesDone: row.bytesDone,
    ...(row.failure !== undefined && { failure: row.failure }),
  }
}

function toImport(row: ImportRow): Import {
  return {
    status: row.status,
    filename: row.filename,
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
    fileSize: row.fileSize,
    columnMappings: row.columnMappings,
    summary: { errors: row.errors, warnings: row.warnings },
  }
}

/** A line of the error report. */
export type ImportIssue = readonly [row: number, kind: string, column: string, reason: string]

/**
 * Errors and warnings of an import in the order of the file, read page by page (ours, beyond the API).
 *
 * @throws ApiError 404, before the first item
 */
export async function listImportIssues(
  ctx: Context,
  scope: StoreScope,
  importId: string,
): Promise<AsyncIterable<ImportIssue>> {
  await requireImport(ctx, scope, importId)
  return readIssues(ctx, scope, importId)
}

async function* readIssues(ctx: Context, scope: StoreScope, importId: string): AsyncGenerator<ImportIssue> {
  let after = { rowNumber: -1, position: -1 }
  for (;;) {
    const issues = await selectImportIssues(ctx.db.read, scope, importId, after, ISSUE_PAGE_SIZE)
    for (const { rowNumber, kind, columnName, reason } of issues) yield [rowNumber, kind, columnName, reason]
    const last = issues.at(-1)
    if (last === undefined || issues.length < ISSUE_PAGE_SIZE) return
    after = last
  }
}
