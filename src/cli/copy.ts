import { resolve } from 'node:path'
import { openDatabaseBlobs } from '../blobs/database.js'
import { openFolderBlobs } from '../blobs/folder.js'
import { type Config, type Env, loadConfig } from '../config.js'
import { type CopyReport, type CopyResult, type CopyTarget, copyEverything } from '../domain/copy.js'
import { openWaitingUploads } from '../domain/imports/copy-uploads.js'
import { createLogger } from '../log.js'
import { identifySource } from '../storage/copy/state.js'
import type { Database } from '../storage/database.js'
import { migrate } from '../storage/migrate.js'
import { openDatabase } from '../storage/open.js'
import { hasDatabase } from '../storage/sqlite.js'
import { type Command, CommandError, print, UsageError } from './command.js'
import { now } from './database.js'
import { showProgress } from './progress.js'

export const copy: Command = {
  name: 'copy',
  summary: 'Copy everything into an empty database, of the other engine if you like',
  options: {
    from: {
      type: 'string',
      placeholder: 'ADDRESS',
      help: 'sqlite:FOLDER or postgres://… (default: sqlite:RECOLLECT_DATA_DIR)',
    },
    to: { type: 'string', placeholder: 'ADDRESS', help: 'where to; must be empty (default: DATABASE_URL)' },
  },
  notes: () =>
    'Stop the servers of both sides first. What was interrupted goes on when the same command is run again; no server\nstarts on a copy that has not ended. A password in DATABASE_URL is seen by fewer than one in an argument.',
  async run(input) {
    const from = configOf(
      input.text('from') ?? `sqlite:${loadConfig({ ...input.env, DATABASE_URL: '' }).dataDir}`,
      '--from',
      input.env,
    )
    const toAddress = input.text('to') ?? input.env.DATABASE_URL
    if (!toAddress) throw new UsageError('copy needs --to ADDRESS, or DATABASE_URL')
    const to = configOf(toAddress, '--to', input.env)
    refuseSame(from, to)
    if (from.databaseUrl === undefined && !hasDatabase(from.dataDir)) {
      throw new CommandError(`there is no database in ${from.dataDir}`)
    }
    process.umask(0o077)
    await withOpen(from, async (source) => {
      await migrate(source, now())
      await withOpen(to, (target) => copyBetween({ db: source, config: from }, { db: target, config: to }))
    })
  },
}

interface Side {
  readonly config: Config
  readonly db: Database
}

async function copyBetween(source: Side, target: Side): Promise<void> {
  await source.db.snapshot(async (read) => {
    const uploads = await openWaitingUploads(read, uploadFolder(source.config))
    const { report, end } = createReport('Copying')
    try {
      const id = await identifySource(read)
      const result = await copyEverything({ read, id, uploads }, toTarget(target.config, target.db), { now, report })
      end()
      reportResult(result, 'Copied')
    } finally {
      end()
      await uploads.close()
    }
  })
}

/** Shows a copy with a bar, or lines, on stderr. */
export function createReport(what: string): { report: CopyReport; end: () => void } {
  const progress = showProgress(process.stderr, now)
  let total = 0
  let phase = ''
  const advance = (name: string, table: string, rows: number, all = 0) => {
    if (phase !== name) progress.begin(name, all)
    phase = name
    progress.advance(table, rows)
  }
  return {
    report: {
      begun(rows, copied) {
        total = rows
        phase = what
        progress.begin(what, rows, copied)
      },
      copied: (table, rows) => advance(what, table, rows),
      compared: (table, rows) => advance('Comparing', table, rows, total),
      checked: (table, rows) => advance('Checking', table, rows),
    },
    end: () => progress.end(),
  }
}

export function warnOfMissing(uploads: readonly string[]): void {
  for (const name of uploads) {
    process.stderr.write(`recollect: the uploaded file ${name} is not there: its import will not end well\n`)
  }
}

export function reportResult({ digests, uploads, missingUploads }: CopyResult, verb: string): void {
  const rows = [...digests.values()].reduce((sum, table) => sum + table.rows, 0)
  warnOfMissing(missingUploads)
  print(`${verb} ${rows} rows of ${digests.size} tables and ${uploads} uploaded file(s); both sides are the same.`)
}

async function withOpen<T>(config: Config, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase(config, { now, exclusive: true, log: createLogger(config.logLevel) })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

/** The settings of one side. @throws UsageError without the address, which may hold a password */
function configOf(address: string, option: string, env: Env): Config {
  if (/^postgres(ql)?:\/\//.test(address)) return loadConfig({ ...env, DATABASE_URL: address })
  const folder = /^sqlite:(?:\/\/)?(.+)$/.exec(address)?.[1]
  if (folder === undefined)
    throw new UsageError(`${option} takes sqlite:FOLDER or postgres://user:password@host:port/database`)
  return loadConfig({ ...env, DATABASE_URL: '', RECOLLECT_DATA_DIR: resolve(folder) })
}

function refuseSame(from: Config, to: Config): void {
  const same = from.databaseUrl === undefined ? from.dataDir === to.dataDir : from.databaseUrl === to.databaseUrl
  if (same && (from.databaseUrl === undefined) === (to.databaseUrl === undefined)) {
    throw new UsageError('copy needs two different addresses')
  }
}

/** Where a side keeps uploads, when it is a folder. */
export function uploadFolder(config: Config): string | undefined {
  return config.uploads.store === 'folder' ? config.uploads.folder : undefined
}

export function toTarget(config: Config, db: Database): CopyTarget {
  const folder = uploadFolder(config)
  return { db, blobs: folder === undefined ? openDatabaseBlobs(db, now) : openFolderBlobs(folder) }
}
