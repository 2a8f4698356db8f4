import { loadConfig } from '../config.js'
import { hasDatabase } from '../storage/sqlite.js'
import { vacuumSqlite } from '../storage/sqlite-vacuum.js'
import { type Command, CommandError, print } from './command.js'
import { now } from './database.js'

export const vacuum: Command = {
  name: 'vacuum',
  summary: 'Write the SQLite database anew, so that nothing erased is left in it',
  options: {},
  async run({ env }) {
    const { dataDir, databaseUrl } = loadConfig(env)
    if (databaseUrl !== undefined) {
      throw new CommandError('DATABASE_URL is set: PostgreSQL vacuums by itself; this command is for SQLite')
    }
    if (!hasDatabase(dataDir)) throw new CommandError(`${dataDir} has no database: set RECOLLECT_DATA_DIR`)
    await vacuumSqlite(dataDir, now)
    print('The database was written anew.')
  },
}
