import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { Env } from '../config.js'
import { didYouMean } from './suggest.js'

/** Exit codes of sysexits.h. */
export const EXIT = { ok: 0, failure: 1, usage: 64, unavailable: 69, config: 78 } as const

/** Wrong use of a command: one line, exit code 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The command ran and says no: one line, exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

export interface CommandInput {
  readonly positionals: readonly string[]
  readonly env: Env
  /** The text of an option that takes one. */
  text(name: string): string | undefined
  /** All texts of an option that may be repeated. */
  texts(name: string): string[]
  flag(name: string): boolean
}

export interface OptionHelp {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
  readonly placeholder?: string
  readonly help: string
}

/** One command of the command line. */
export interface Command {
  /** Words after `recollect`, such as `account create`. */
  readonly name: string
  readonly summary: string
  /** Names of positional arguments, for the usage line: `FILE` is a file, `one|two` is one of these words. */
  readonly positionals?: readonly string[]
  readonly options: Readonly<Record<string, OptionHelp>>
  /** Text after the options in `--help`. */
  readonly notes?: () => string
  run(input: CommandInput): Promise<void>
}

/** Parses a command's arguments. @throws UsageError */
export function parseInput(command: Command, args: readonly string[], env: Env): CommandInput {
  const options: NonNullable<ParseArgsConfig['options']> = {}
  for (const [name, { type, multiple = false }] of Object.entries(command.options)) options[name] = { type, multiple }
  const { values, positionals } = parse(command, args, options)
  const wanted = command.positionals?.length ?? 0
  if (positionals.length !== wanted) {
    throw new UsageError(
      `${command.name} takes ${wanted} argument(s), got ${positionals.length}; recollect ${command.name} --help shows its use`,
    )
  }
  return {
    positionals,
    env,
    text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    texts: (name) => (Array.isArray(values[name]) ? values[name].map(String) : []),
    flag: (name) => values[name] === true,
  }
}

function parse(command: Command, args: readonly string[], options: NonNullable<ParseArgsConfig['options']>) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)
    const unknown = /^Unknown option '(-{1,2})([^']*)'/.exec(message)
    if (unknown === null) throw new UsageError(message)
    const [, dashes = '', name = ''] = unknown
    const hint = didYouMean(name, [...Object.keys(options), 'help'], '--')
    throw new UsageError(
      `${command.name} has no option ${dashes}${name}${hint || `; recollect ${command.name} --help lists them`}`,
    )
  }
}

/** The help page of a command. */
export function describeCommand({ name, summary, positionals = [], options, notes }: Command): string {
  const rows = Object.entries(options).map(([option, { placeholder, help, multiple }]) => {
    const flag = `--${option}${placeholder === undefined ? '' : ` ${placeholder}`}${multiple ? ' …' : ''}`
    return `  ${flag.padEnd(34)}${help}`
  })
  const usage = ['recollect', name, ...positionals, ...(rows.length > 0 ? ['[options]'] : [])].join(' ')
  const sections = [`${summary}\n\nUsage: ${usage}`]
  if (rows.length > 0) sections.push(`Options:\n${rows.join('\n')}`)
  if (notes !== undefined) sections.push(notes())
  return sections.join('\n\n')
}

/** Prints a line, or JSON with `--json`. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
