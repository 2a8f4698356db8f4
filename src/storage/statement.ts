import { type Compilable, CompiledQuery as Compiled, type CompiledQuery, type Kysely } from 'kysely'
import type { Executor, Tables } from './tables.js'

export type { CompiledQuery } from 'kysely'

class Placeholder {
  constructor(readonly index: number) {}
}

const MAX_PLACEHOLDERS = 8

/**
 * Compiles a query once and runs it with other values each time: for hot statements, where building the query costs
 * more than running it. A process that serves has one engine, so the first executor's text fits them all.
 *
 * @param build builds the query from placeholders, which stand where the values will
 */
export function prepare<Values extends readonly (string | number)[], Row>(
  build: (db: Kysely<Tables>, ...values: Values) => Compilable<Row>,
): (executor: Executor, ...values: Values) => Promise<Row[]> {
  const bind = prepareQuery(build)
  return async (executor, ...values) => (await executor.executeQuery<Row>(bind(executor, ...values))).rows
}

/** Like `prepare`, but gives the query with the values instead of running it, for `readAll`. */
export function prepareQuery<Values extends readonly (string | number)[], Row>(
  build: (db: Kysely<Tables>, ...values: Values) => Compilable<Row>,
): (executor: Executor, ...values: Values) => NamedStatement<Row> {
  let compiled: CompiledQuery<Row> | undefined
  const name = `recollect_${nextName++}`
  return (executor, ...values) => {
    compiled ??= build(executor, ...(placeholders as unknown as Values)).compile()
    const parameters = compiled.parameters.map((parameter) =>
      parameter instanceof Placeholder ? values[parameter.index] : parameter,
    )
    return { ...compiled, parameters, name }
  }
}

let nextName = 1

/** A statement whose text never changes: an engine may keep it prepared under its name. */
export interface NamedStatement<Row = unknown> extends CompiledQuery<Row> {
  readonly name: string
}

export function isNamedStatement(query: CompiledQuery): query is NamedStatement {
  return 'name' in query
}

const placeholders = Array.from({ length: MAX_PLACEHOLDERS }, (_, index) => new Placeholder(index))

/** Several statements that travel to the database as one message, see runAll and readAll. */
export interface StatementBatch extends CompiledQuery<unknown> {
  readonly statements: readonly CompiledQuery[]
  /** `each`: the result's rows are an array for each statement. `none`: it may be run as late as with the COMMIT. */
  readonly rowsOf: 'each' | 'none'
}

export function isStatementBatch(query: CompiledQuery): query is StatementBatch {
  return 'statements' in query
}

/**
 * Runs statements whose rows nobody needs, in order. In a transaction they may wait for its next statement or its COMMIT
 * and travel with that; what the database refuses then fails the transaction there.
 */
export async function runAll(executor: Executor, statements: readonly CompiledQuery[]): Promise<void> {
  if (statements.length === 0) return
  const batch: StatementBatch = { ...Compiled.raw('', []), statements, rowsOf: 'none' }
  await executor.executeQuery(batch)
}

/** A query with what its rows are made into. */
export interface Selection<T> {
  readonly query: CompiledQuery
  readonly toResult: (rows: readonly never[]) => T
}

/** Runs queries in order, in one message, each with its own result. */
export async function readAll<T extends readonly unknown[]>(
  executor: Executor,
  selections: { readonly [K in keyof T]: Selection<T[K]> },
): Promise<T> {
  const statements = selections.map(({ query }) => query)
  const batch: StatementBatch = { ...Compiled.raw('', []), statements, rowsOf: 'each' }
  const { rows } = await executor.executeQuery(batch)
  return selections.map(({ toResult }, index) => toResult(rows[index] as never[])) as unknown as T
}

/** Runs one of them by itself. */
export async function readOne<T>(executor: Executor, { query, toResult }: Selection<T>): Promise<T> {
  const { rows } = await executor.executeQuery(query)
  return toResult(rows as never[])
}

/** A statement written as text, with `?` for each value; an engine that numbers its markers does so in its driver. */
export interface MarkedStatement extends CompiledQuery {
  readonly marked: true
}

export function isMarkedStatement(query: CompiledQuery): query is MarkedStatement {
  return 'marked' in query
}

/** Below the engines' limits on bound values (SQLite 32,766, PostgreSQL 65,535). */
const MAX_BOUND_VALUES = 8000

export interface InsertOptions {
  /** Key columns; a row that exists gets the other columns of `update`. */
  readonly conflict?: { readonly key: readonly string[]; readonly update: readonly string[] }
}

/**
 * Multi-row inserts as text: a builder would spend more time on a thousand rows than the database does.
 *
 * @param columns column names of the rows, the same for each
 */
export function insertRows<T extends keyof Tables & string>(
  table: T,
  columns: readonly (keyof Tables[T] & string)[],
  rows: readonly (readonly (string | number | Uint8Array | null)[])[],
  options: InsertOptions = {},
): MarkedStatement[] {
  const perStatement = Math.floor(MAX_BOUND_VALUES / columns.length)
  const statements: MarkedStatement[] = []
  for (let start = 0; start < rows.length; start += perStatement) {
    const values: (string | number | Uint8Array | null)[] = []
    const end = Math.min(start + perStatement, rows.length)
    for (let index = start; index < end; index += 1) values.push(...(rows[index] ?? []))
    statements.push(markedStatement(insertText(table, columns, end - start, options), values))
  }
  return statements
}

/** @param text with `?` for each value */
export function markedStatement(
  text: string,
  values: readonly (string | number | Uint8Array | null)[],
): MarkedStatement {
  return { ...Compiled.raw(text, values as unknown[]), marked: true }
}

/** So many `?`, separated by commas. */
export function markers(count: number): string {
  return `${'?,'.repeat(count - 1)}?`
}

function insertText(table: string, columns: readonly string[], rows: number, { conflict }: InsertOptions): string {
  const tuple = `(${markers(columns.length)})`
  const tuples = `${`${tuple},`.repeat(rows - 1)}${tuple}`
  const insert = `insert into ${quote(table)} (${columns.map(quote).join(',')}) values ${tuples}`
  if (conflict === undefined) return insert
  const updates = conflict.update.map((column) => `${quote(column)} = excluded.${quote(column)}`).join(',')
  return `${insert} on conflict (${conflict.key.map(quote).join(',')}) do update set ${updates}`
}

function quote(name: string): string {
  return `"${name}"`
}
