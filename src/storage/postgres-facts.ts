import { sql } from 'kysely'
import type { Database } from './database.js'

/** What a PostgreSQL server says about itself. */
export interface PostgresFacts {
  readonly version: string
  readonly encoding: string
  readonly fsync: string
  readonly synchronousCommit: string
  readonly maxConnections: number
  /** Its clock minus this machine's, in milliseconds, but for the time of one message. */
  readonly clockOffsetMs: number
}

/** Asks PostgreSQL for what an operator should know. @throws StorageUnavailableError when it does not answer */
export async function readPostgresFacts({ read }: Pick<Database, 'read'>): Promise<PostgresFacts> {
  const before = Date.now()
  const { rows } = await sql<Record<'version' | 'encoding' | 'fsync' | 'commit' | 'connections' | 'time', string>>`
    select current_setting('server_version') as version, current_setting('server_encoding') as encoding,
      current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
      current_setting('max_connections') as connections,
      cast(floor(extract(epoch from clock_timestamp()) * 1000) as text) as time
  `.execute(read)
  const here = (before + Date.now()) / 2
  const [row] = rows
  if (row === undefined) throw new Error('PostgreSQL says nothing about itself')
  return {
    // Distributions add their own words.
    version: row.version.split(' ', 1)[0] ?? '',
    encoding: row.encoding,
    fsync: row.fsync,
    synchronousCommit: row.commit,
    maxConnections: Number(row.connections),
    clockOffsetMs: Number(row.time) - here,
  }
}
