import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Config, loadConfig } from '../config.js'
import { type BackupOptions, backUpDatabase, backUpFolder } from '../domain/backup.js'
import { createLogger } from '../log.js'
import { openDatabase } from '../storage/open.js'
import { hasDatabase } from '../storage/sqlite.js'
import { type Command, CommandError, type CommandInput, print } from './command.js'
import { createReport, uploadFolder, warnOfMissing } from './copy.js'
import { now } from './database.js'
import { showProgress } from './progress.js'

const MEGABYTE = 1_000_000

export const backup: Command = {
  name: 'backup',
  summary: 'Back up the database and the uploaded files that imports wait for, while servers run',
  positionals: ['FILE'],
  options: {},
  notes: () =>
    'FILE must not exist. It is a SQLite file, whatever the engine, and can be restored into either; it has that name only\nwhen it is whole. It holds everything that is stored, so keep it as safe as the database.',
  async run(input) {
    const file = resolve(input.positionals[0] ?? '')
    if (await exists(file)) throw new CommandError(`${file} exists already: give a new name`)
    if (!(await exists(dirname(file)))) throw new CommandError(`there is no folder ${dirname(file)}`)
    // A backup is for its own user only.
    process.umask(0o077)
    warnOfMissing(await writeBackup(input, file))
    const { size } = await stat(file)
    print(`${file}: ${(size / MEGABYTE).toFixed(1)} MB`)
  },
}

async function writeBackup({ env }: CommandInput, file: string): Promise<readonly string[]> {
  const config = loadConfig(env)
  const options = { file, uploadFolder: uploadFolder(config), now }
  if (config.databaseUrl === undefined) return writeFolderBackup(config, options)
  const db = await openDatabase(config, { now, exclusive: false, log: createLogger(config.logLevel) })
  const { report, end } = createReport('Backing up')
  try {
    return await backUpDatabase(db, options, report)
  } finally {
    end()
    await db.close()
  }
}

async function writeFolderBackup(config: Config, options: BackupOptions): Promise<readonly string[]> {
  if (!hasDatabase(config.dataDir)) throw new CommandError(`there is no database in ${config.dataDir}`)
  const pages = showProgress(process.stderr, now, 'pages')
  const rows = createReport('Backing up')
  let before: number | undefined
  const onPages = (total: number, remaining: number) => {
    if (before === undefined) pages.begin('Backing up', total)
    pages.advance('database', (before ?? total) - remaining)
    before = remaining
    if (remaining === 0) pages.end()
  }
  try {
    return await backUpFolder(config, options, onPages, rows.report.checked)
  } finally {
    rows.end()
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}
