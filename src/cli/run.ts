import { ConfigError, type Env } from '../config.js'
import { StorageUnavailableError } from '../errors.js'
import { NewerDatabaseError, UnfinishedCopyError } from '../storage/migrate.js'
import { readVersion } from '../version.js'
import { type Command, describeCommand, EXIT, parseInput, print, UsageError } from './command.js'
import { COMMANDS } from './commands.js'
import { didYouMean } from './suggest.js'

const A_DAY_MS = 86_400_000

/**
 * Runs a command of the command line.
 *
 * @returns the exit code: 0, 1 failed, 64 wrong use, 69 the database or server cannot be reached, 78 wrong settings
 */
export async function runCommand(args: readonly string[], env: Env): Promise<number> {
  // Node ends a process that waits for nothing it counts, which the answer of a connection that broke early may be.
  const alive = setInterval(() => undefined, A_DAY_MS)
  try {
    await dispatch(args, env)
    return EXIT.ok
  } catch (error) {
    process.stderr.write(`recollect: ${error instanceof Error ? error.message : String(error)}\n`)
    return exitCodeOf(error)
  } finally {
    clearInterval(alive)
  }
}

async function dispatch(args: readonly string[], env: Env): Promise<void> {
  const [first, ...others] = args
  const overall = first === undefined || first === '--help' || first === '-h' || first === 'help'
  if (overall && others.length > 0) await dispatch([...others, '--help'], env)
  else if (overall) print(overview())
  else if (first === '--version' || first === '-v' || first === '-V') print(readVersion())
  else await runNamed(args, env)
}

async function runNamed(args: readonly string[], env: Env): Promise<void> {
  const command = findCommand(args)
  const asksForHelp = args.includes('--help') || args.includes('-h')
  if (command !== undefined && asksForHelp) print(describeCommand(command))
  else if (command !== undefined) {
    await command.run(parseInput(command, args.slice(command.name.split(' ').length), env))
  } else {
    const group = COMMANDS.filter(({ name }) => name.startsWith(`${args[0]} `))
    if (group.length === 0 || !asksForHelp) throw new UsageError(explainUnknown(args, group))
    print(describeGroup(args[0] ?? '', group))
  }
}

function findCommand(args: readonly string[]): Command | undefined {
  return COMMANDS.find(({ name }) => name.split(' ').every((word, index) => args[index] === word))
}

/** What is wrong with words that name no command. @param group the commands that begin with the first of them */
function explainUnknown(args: readonly string[], group: readonly Command[]): string {
  const [first = ''] = args
  const words = args.filter((word) => !word.startsWith('-')).slice(0, 2)
  const names = [...COMMANDS.map(({ name }) => name), 'help', '--help', '--version']
  const hint = didYouMean(words.join(' '), names, 'recollect ') || didYouMean(first, names, 'recollect ')
  if (group.length > 0) return `say which${hint || `: ${group.map(({ name }) => name).join(', ')}`}`
  const what = first.startsWith('-') ? 'option' : 'command'
  return `there is no ${what} "${first}"${hint || '; recollect --help lists them'}`
}

function listCommands(commands: readonly Command[]): string {
  return commands.map(({ name, summary }) => `  ${name.padEnd(18)}${summary}`).join('\n')
}

function describeGroup(noun: string, commands: readonly Command[]): string {
  return `Usage: recollect ${noun} COMMAND [options]

${listCommands(commands)}

recollect ${noun} COMMAND --help tells more.`
}

function overview(): string {
  return `Recollect ${readVersion()}: self-hosted customer memory

Usage: recollect COMMAND [options]

${listCommands(COMMANDS)}

recollect COMMAND --help tells more; recollect --version prints the version.
recollect completion bash|zsh|fish prints what a shell needs to complete these.`
}

const UNAVAILABLE = [StorageUnavailableError, NewerDatabaseError, UnfinishedCopyError]

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage
  if (error instanceof ConfigError) return EXIT.config
  return UNAVAILABLE.some((kind) => error instanceof kind) ? EXIT.unavailable : EXIT.failure
}
