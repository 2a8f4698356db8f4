import type { ColumnMapping } from '../../contract/import.js'
import { badRequest } from '../../errors.js'
import type { ImportIssueRow } from '../../storage/import.js'
import type { PreparedWrite } from '../identity/batch.js'
import type { StoreSchema } from '../schema.js'
import { promoteIdentifiers, readCell, type TraitChange } from '../trait.js'
import { UnreadableCsvError } from './csv.js'

/** A mapped column and where it stands in the file. */
export interface Column extends ColumnMapping {
  readonly index: number
}

/** Cell that removes the trait. */
const REMOVE = '\\N'

/**
 * Finds the mapped columns in the header, before any row is read.
 *
 * @throws UnreadableCsvError when names repeat or a mapped column is missing
 */
export function findColumns(header: readonly string[], mappings: readonly ColumnMapping[]): Column[] {
  // The names stay out of the message: in a file without a header they are what the first row says of a person.
  const repeated = header.findIndex((name, index) => header.indexOf(name) !== index)
  if (repeated >= 0) {
    const first = header.indexOf(header[repeated] ?? '')
    throw new UnreadableCsvError(`columns ${first + 1} and ${repeated + 1} of the header have the same name`)
  }
  const missing = mappings.filter(({ columnName }) => !header.includes(columnName))
  if (missing.length > 0) {
    const names = missing.map(({ columnName }) => `"${columnName}"`).join(', ')
    throw new UnreadableCsvError(`the header lacks the mapped column(s) ${names}`)
  }
  return mappings.map((mapping) => ({ ...mapping, index: header.indexOf(mapping.columnName) }))
}

export interface ReadRow {
  readonly prepared: PreparedWrite
  readonly warnings: readonly Pick<ImportIssueRow, 'columnName' | 'reason'>[]
}

/**
 * Reads the mapped cells of a row as trait changes. A value its trait cannot take is skipped with a warning.
 *
 * @throws ApiError 400 when the row as a whole fails: no cell identifies anybody
 */
export function readRow(schema: StoreSchema, columns: readonly Column[], fields: readonly string[]): ReadRow {
  const changes: TraitChange[] = []
  const warnings: Pick<ImportIssueRow, 'columnName' | 'reason'>[] = []
  for (const { columnName, traitGroup: group, traitName: name, index } of columns) {
    const rule = schema.traits.get(group)?.get(name)
    const text = fields[index] ?? ''
    const skip = (reason: string) => warnings.push({ columnName, reason })
    if (rule === undefined) skip(`${group}.${name} is no longer a trait of the store`)
    else if (text === REMOVE) changes.push({ group, name, value: undefined, idType: undefined })
    else if (text.includes('\0')) skip('holds a NUL character')
    else {
      const cell = readCell(rule, text)
      if ('reason' in cell) skip(cell.reason)
      else changes.push({ group, name, value: cell.value, idType: rule.idType })
    }
  }
  const identifiers = promoteIdentifiers(schema, changes)
  if (identifiers.length === 0) throw badRequest('no cell identifies anybody: the row needs at least one identifier')
  return { prepared: { schemaVersion: schema.version, changes, identifiers }, warnings }
}
