import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { loadConfig } from '../config.js'
import { restoreBackup } from '../domain/restore.js'
import { createLogger } from '../log.js'
import type { Database } from '../storage/database.js'
import { openDatabase } from '../storage/open.js'
import { type Command, CommandError } from './command.js'
import { createReport, reportResult, toTarget } from './copy.js'
import { now } from './database.js'

export const restore: Command = {
  name: 'restore',
  summary: 'Restore a backup into an empty data folder or an empty PostgreSQL database',
  positionals: ['FILE'],
  options: {},
  notes: () =>
    'Where to: RECOLLECT_DATA_DIR, or DATABASE_URL when it is set. The backup is checked before anything is written. What was\ninterrupted goes on when the same command is run again; no server starts on a restore that has not ended.',
  async run(input) {
    const file = resolve(input.positionals[0] ?? '')
    const config = loadConfig(input.env)
    if ((await stat(file).catch(() => undefined)) === undefined) throw new CommandError(`there is no file ${file}`)
    process.umask(0o077)
    let db: Database | undefined
    const { report, end } = createReport('Restoring')
    try {
      const result = await restoreBackup({ file, now, report }, async () => {
        db = await openDatabase(config, { now, exclusive: true, log: createLogger(config.logLevel) })
        return toTarget(config, db)
      })
      end()
      if (!result.hadDigests)
        process.stderr.write(`recollect: ${file} has no checksums; only its structure was checked\n`)
      reportResult(result, 'Restored')
    } finally {
      end()
      await db?.close()
    }
  },
}
