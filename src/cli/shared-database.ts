import { type Config, ConfigError } from '../config.js'

/** One process alone serves a SQLite folder, so there everything is in it. @throws ConfigError */
export function requireSharedDatabase(config: Config, command: string): void {
  if (config.databaseUrl !== undefined) return
  throw new ConfigError([`recollect ${command} needs a database that several processes share: set DATABASE_URL`])
}
