import { ConfigError, type Env } from '../config.js'
import { StorageUnavailableError } from '../errors.js'
import { NewerDatabaseError, UnfinishedCopyError } from '../storage/migrate.js'
import { readVersion } from '../version.js'
import { accountCreate, accountList } from './account.js'
import { auditExport } from './audit.js'
import { backup } from './backup.js'
import { type Command, describeCommand, EXIT, parseInput, print, UsageError } from './command.js'
import { copy } from './copy.js'
import { importFile } from './import.js'
import { keyCreate, keyList, keyRevoke } from './key.js'
import { migrateDatabase } from './migrate.js'
import { restore } from './restore.js'
import { serve } from './serve.js'
import { vacuum } from './vacuum.js'
import { worker } from './worker.js'

const COMMANDS: readonly Command[] = [
  serve,
  worker,
  migrateDatabase,
  vacuum,
  backup,
  restore,
  copy,
  accountCreate,
  accountList,
  keyCreate,
  keyList,
  keyRevoke,
  auditExport,
  importFile,
]

/**
 * Runs a command of the command line.
 *
 * @returns the exit code: 0, 1 failed, 64 wrong use, 69 the database or server cannot be reached, 78 wrong settings
 */
export async function runCommand(args: readonly string[], env: Env): Promise<number> {
  try {
    await dispatch(args, env)
    return EXIT.ok
  } catch (error) {
    process.stderr.write(`recollect: ${error instanceof Error ? error.message : String(error)}\n`)
    return exitCodeOf(error)
  }
}

async function dispatch(args: readonly string[], env: Env): Promise<void> {
  const [first] = args
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') return print(overview())
  if (first === '--version' || first === '-v') return print(readVersion())
  const command = findCommand(args)
  if (command === undefined) throw new UsageError(unknownCommand(args))
  const rest = args.slice(command.name.split(' ').length)
  if (rest.includes('--help') || rest.includes('-h')) return print(describeCommand(command))
  await command.run(parseInput(command, rest, env))
}

function findCommand(args: readonly string[]): Command | undefined {
  return COMMANDS.find(({ name }) => name.split(' ').every((word, index) => args[index] === word))
}

function unknownCommand([first = '']: readonly string[]): string {
  const siblings = COMMANDS.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name)
  return siblings.length > 0
    ? `say which: ${siblings.join(', ')}`
    : `there is no command "${first}"; recollect --help lists them`
}

function overview(): string {
  const rows = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(18)}${summary}`)
  return `Recollect ${readVersion()}: self-hosted customer memory

Usage: recollect COMMAND [options]

${rows.join('\n')}

recollect COMMAND --help tells more; recollect --version prints the version.`
}

const UNAVAILABLE = [StorageUnavailableError, NewerDatabaseError, UnfinishedCopyError]

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage
  if (error instanceof ConfigError) return EXIT.config
  return UNAVAILABLE.some((kind) => error instanceof kind) ? EXIT.unavailable : EXIT.failure
}
