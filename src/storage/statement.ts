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
  return async (executor, ...values) => rowsOf<Row>(executor, bind(executor, ...values))
}

/** Like `prepare`, but gives the query with the values instead of running it, for `readAll`. */
export function prepareQuery<Values extends readonly (string | number)[], Row>(
  build: (db: Kysely<Tables>, ...values: Values) => Compilable<Row>,
): (executor: Executor, ...values: Values) => NamedStatement<Row> {
  let compiled: CompiledQuery<Row> | undefined
  const name = `recollect_${nextName++}`
  return (executor, ...values) => {
    compiled ??= build(executor, ...(placeholders as unknown as Values)).compile()
    // Member by member: a spread takes several times as long.
    const { query, queryId, sql } = compiled
    return { query, queryId, sql, parameters: fillIn(compiled.parameters, values), name }
  }
}

function fillIn(parameters: readonly unknown[], values: readonly unknown[]): unknown[] {
  return parameters.map((parameter) => (parameter instanceof Placeholder ? values[parameter.index] : parameter))
}

const MAX_SHAPES = 200

/** Makes the query of a shape with its values, see `prepareShapes`. */
export type ShapedQuery = (
  shape: string,
  values: readonly string[],
  build: (values: readonly string[]) => Compilable,
) => CompiledQuery

/**
 * Like `prepareQuery` for queries that have one text for each shape, such as the length of a list: each is compiled once.
 *
 * @returns a function that takes the shape, the values, and how the query is built from as many placeholders
 */
export function prepareShapes(): ShapedQuery {
  const shapes = new Map<string, CompiledQuery>()
  return (shape, values, build) => {
    let compiled = shapes.get(shape)
    if (compiled === undefined) {
      compiled = build(values.map((_, index) => new Placeholder(index) as unknown as string)).compile()
      if (shapes.size >= MAX_SHAPES) shapes.clear()
      shapes.set(shape, compiled)
    }
    const { query, queryId, sql } = compiled
    return { query, queryId, sql, parameters: fillIn(compiled.parameters, values) }
  }
}

/** Repeats the last value up to a power of two: lists then have few lengths, and their queries few texts. */
export function padList<T>(values: readonly T[]): T[] {
  const length = values.length === 0 ? 0 : 2 ** Math.ceil(Math.log2(values.length))
  return Array.from({ length }, (_, index) => values[Math.min(index, values.length - 1)] as T)
}

let nextName = 1

/** Runs a compiled query; rows that are at hand come at once. */
export type RunQuery = (query: CompiledQuery) => unknown[] | Promise<unknown[]>

const shortcuts = new WeakMap<Executor, RunQuery>()

/**
 * Lets compiled queries of an executor go to its engine without the query builder's own way of executing them, which
 * for a read by key takes longer than the read.
 */
export function addShortcut(executor: Executor, run: RunQuery): void {
  shortcuts.set(executor, run)
}

async function rowsOf<Row>(executor: Executor, query: CompiledQuery): Promise<Row[]> {
  const run = shortcuts.get(executor)
  if (run !== undefined) return (await run(query)) as Row[]
  return (await executor.executeQuery<Row>(query as CompiledQuery<Row>)).rows
}

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

const EMPTY = Compiled.raw('', [])

function toBatch(statements: readonly CompiledQuery[], rowsOf: StatementBatch['rowsOf']): StatementBatch {
  return { query: EMPTY.query, queryId: EMPTY.queryId, sql: '', parameters: [], statements, rowsOf }
}

/**
 * Runs statements whose rows nobody needs, in order. In a transaction they may wait for its next statement or its COMMIT
 * and travel with that; what the database refuses then fails the transaction there.
 */
export async function runAll(executor: Executor, statements: readonly CompiledQuery[]): Promise<void> {
  if (statements.length === 0) return
  const batch = toBatch(statements, 'none')
  await rowsOf(executor, batch)
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
  const batch = toBatch(statements, 'each')
  const rows = await rowsOf(executor, batch)
  return selections.map(({ toResult }, index) => toResult(rows[index] as never[])) as unknown as T
}

/** Runs one of them by itself. */
export async function readOne<T>(executor: Executor, { query, toResult }: Selection<T>): Promise<T> {
  return toResult(await rowsOf<never>(executor, query))
}

/** A statement written as text, with `?` for each value; an engine that numbers its markers does so in its driver. */
export interface MarkedStatement extends CompiledQuery {
  readonly marked: true
}

export function isMarkedStatement(query: CompiledQuery): query is MarkedStatement {
  return 'marked' in query
}

/**
 * Rows of one statement, at most: beyond some four a row takes as long in a statement of many as in one of few, but
 * each text is prepared, kept by the engine, and the longer the dearer.
 */
const MAX_ROWS = 64
/** Up to here every number of rows has a text of its own; above, powers of two share the work. */
const MAX_ODD_ROWS = 16

/** How many of the rows that are left go into the next statement. */
function fittingRows(left: number): number {
  return left <= MAX_ODD_ROWS ? left : Math.min(MAX_ROWS, 2 ** Math.floor(Math.log2(left)))
}

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
  const statements: MarkedStatement[] = []
  for (let start = 0; start < rows.length; ) {
    const values: (string | number | Uint8Array | null)[] = []
    const end = start + fittingRows(rows.length - start)
    for (let index = start; index < end; index += 1) values.push(...(rows[index] ?? []))
    statements.push(markedStatement(insertTextOf(table, columns, end - start, options), values))
    start = end
  }
  return statements
}

const insertTexts = new Map<string, string>()
const MAX_INSERT_TEXTS = 1000

function insertTextOf(table: string, columns: readonly string[], rows: number, options: InsertOptions): string {
  const { key: conflictKey = [], update = [] } = options.conflict ?? {}
  const key = [table, rows, columns, conflictKey, update].join(' ')
  let text = insertTexts.get(key)
  if (text === undefined) {
    text = insertText(table, columns, rows, options)
    if (insertTexts.size >= MAX_INSERT_TEXTS) insertTexts.clear()
    insertTexts.set(key, text)
  }
  return text
}

/** @param text with `?` for each value */
function markedStatement(text: string, values: readonly (string | number | Uint8Array | null)[]): MarkedStatement {
  return { ...Compiled.raw(text, values as unknown[]), marked: true }
}

/** So many `?`, separated by commas. */
function markers(count: number): string {
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
