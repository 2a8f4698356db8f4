import type { DatabaseConnection, Driver } from 'kysely'

/** Gives an executor the one connection it has. */
export class ConnectionDriver implements Driver {
  constructor(private readonly connection: DatabaseConnection) {}

  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.connection
  }
  async beginTransaction(): Promise<void> {
    throw new Error('a transaction is begun by the database, not by an executor')
  }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

// biome-ignore lint/correctness/useYield: the interface asks for it, rows are read in pages.
export async function* unsupportedStream(): AsyncIterableIterator<never> {
  throw new Error('rows are not streamed: read them in pages')
}
