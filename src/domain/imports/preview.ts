import { Readable } from 'node:stream'
import type { Context } from '../../context.js'
import { type ImportPreviewInput, PREVIEW_ROWS, type PreviewRow } from '../../contract/import.js'
import { ApiError, badRequest } from '../../errors.js'
import type { StoreScope } from '../../scope.js'
import { loadSchema, type StoreSchema } from '../schema.js'
import { readCsv, UnreadableCsvError } from './csv.js'
import { checkMappings } from './import.js'
import { type Column, findColumns, readRow } from './row.js'

/**
 * The first rows of a file as an import would store them (ours, beyond the API). Who they are joined with is not told:
 * that depends on what is stored when the import runs.
 *
 * @throws ApiError 400 for mappings an import would refuse, and for a file it could not read
 */
export async function previewImport(
  ctx: Context,
  scope: StoreScope,
  { columnMappings, content }: ImportPreviewInput,
): Promise<PreviewRow[]> {
  const schema = await loadSchema(ctx, ctx.db.read, scope)
  checkMappings(schema, columnMappings)
  try {
    const rows: PreviewRow[] = []
    let columns: Column[] | undefined
    for await (const { records } of readCsv(Readable.from([Buffer.from(content)]))) {
      for (const fields of records) {
        if (columns === undefined) columns = findColumns(fields, columnMappings)
        else rows.push(previewRow(schema, columns, fields, rows.length + 1))
        if (rows.length === PREVIEW_ROWS) return rows
      }
    }
    return rows
  } catch (error) {
    if (error instanceof UnreadableCsvError) throw badRequest(`content: ${error.message}`)
    throw error
  }
}

function previewRow(
  schema: StoreSchema,
  columns: readonly Column[],
  fields: readonly string[],
  row: number,
): PreviewRow {
  try {
    const { prepared, warnings } = readRow(schema, columns, fields)
    const traits: PreviewRow['traits'] = {}
    for (const { group, name, value } of prepared.changes) {
      traits[group] = { ...traits[group], [name]: value ?? null }
    }
    return {
      row,
      traits,
      identifiers: prepared.identifiers.map(({ idType, value }) => ({ idType, value })),
      warnings: warnings.map(({ columnName, reason }) => ({ column: columnName, reason })),
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { row, traits: {}, identifiers: [], warnings: [], error: error.message }
  }
}
