import type { Socket } from 'node:net'
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import type pg from 'pg'
import { StorageUnavailableError } from '../errors.js'
import { toStorageError } from './postgres-errors.js'
import { encodeText } from './postgres-text.js'
import { isMarkedStatement, isNamedStatement, isStatementBatch } from './statement.js'

/** A connection of a pool, as long as it is used for something. */
export class PostgresConnection implements DatabaseConnection {
  /** What made the connection unfit for others. */
  fault: Error | undefined

  constructor(
    readonly client: pg.PoolClient,
    private readonly nameOf: NameOf,
  ) {}

  /** What was sent and nobody waited for yet, in order. */
  #unread: Promise<pg.QueryResult>[] = []

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (!isStatementBatch(query)) {
      const result = (await this.#send([query])).at(-1)
      return { rows: (result?.rows ?? []) as R[], numAffectedRows: BigInt(result?.rowCount ?? 0) }
    }
    if (query.rowsOf === 'each') {
      const results = await this.#send(query.statements)
      return { rows: results.slice(-query.statements.length).map(({ rows }) => rows) as R[] }
    }
    for (const statement of query.statements) this.#sendUnread(toQuery(statement, this.nameOf))
    return { rows: [] }
  }

  /**
   * Keeps what is sent from then on until the function it returns is called, so that it goes out as one packet. The
   * driver does the same for the messages of one query; without its stream each query goes out by itself.
   */
  holdBack(): () => void {
    const { connection } = this.client as { connection?: { stream?: Pick<Socket, 'cork' | 'uncork'> } }
    connection?.stream?.cork()
    return () => connection?.stream?.uncork()
  }

  /** Sends a command that nobody waits for before the next statement. */
  begin(text: string): void {
    this.#sendUnread({ text })
  }

  /** Sends a command and waits until everything before it, and it, is done. */
  async end(text: string): Promise<void> {
    this.#sendUnread({ text })
    await this.#settle()
  }

  #sendUnread(query: pg.QueryConfig): void {
    const result = this.client.query(query)
    result.catch(() => undefined)
    this.#unread.push(result)
  }

  async #send(statements: readonly CompiledQuery[]): Promise<pg.QueryResult[]> {
    for (const statement of statements) this.#sendUnread(toQuery(statement, this.nameOf))
    return this.#settle()
  }

  /** Waits for all that was sent; of several failures the first is the cause of the others. */
  async #settle(): Promise<pg.QueryResult[]> {
    const unread = this.#unread
    this.#unread = []
    const settled = await Promise.allSettled(unread)
    return settled.map((result) => {
      if (result.status === 'rejected') throw this.#judge(result.reason)
      return result.value
    })
  }

  #judge(reason: unknown): unknown {
    const error = toStorageError(reason)
    if (error instanceof StorageUnavailableError) this.fault = error
    return error
  }

  // biome-ignore lint/correctness/useYield: the interface asks for it; rows are read in pages.
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('rows are not streamed: read them in pages')
  }
}

/** Statements that are kept prepared in each connection, by their text. */
const MAX_NAMED = 500
const MAX_NAMED_LENGTH = 4000
export type NameOf = (text: string) => string | undefined

/**
 * Gives texts names, so that the database need not read them anew each time; batches of equal size have equal texts.
 * None for a text with a `*`, which would fail where it is prepared as soon as a newer version adds a column.
 */
export function createNames(): NameOf {
  const names = new Map<string, string>()
  return (text) => {
    const known = names.get(text)
    const isFit = names.size < MAX_NAMED && text.length <= MAX_NAMED_LENGTH && !text.includes('*')
    if (known !== undefined || !isFit) return known
    const name = `text_${names.size}`
    names.set(text, name)
    return name
  }
}

function toQuery(query: CompiledQuery, nameOf: NameOf): pg.QueryConfig {
  const values = query.parameters.map((value) => (typeof value === 'string' ? encodeText(value) : value))
  if (isNamedStatement(query)) return { name: query.name, text: query.sql, values }
  const text = isMarkedStatement(query) ? numberMarkers(query.sql) : query.sql
  const name = values.length === 0 ? undefined : nameOf(text)
  return name === undefined ? { text, values } : { name, text, values }
}

function numberMarkers(text: string): string {
  let count = 0
  return text.replaceAll('?', () => {
    count += 1
    return `$${count}`
  })
}
