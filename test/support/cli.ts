import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { databaseEnv } from './engine.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const TIMEOUT_MS = 20_000

/** How a command ended. */
export interface Ended {
  /** The exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `recollect` with nothing in its environment but `env`, and ends it when it takes too long. */
export function runCli(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return runNode([MAIN, ...args], env)
}

/** Runs node with a script, and ends it when it takes too long. */
export function runNode(args: readonly string[], given: Record<string, string> = {}): Promise<Ended> {
  return runProcess(args, given)
}

/** Runs `recollect` and kills it as soon as its messages match, or a time after that. */
export function runCliAndKill(
  args: readonly string[],
  env: Record<string, string>,
  message: RegExp,
  afterMs = 0,
): Promise<Ended> {
  return runProcess([MAIN, ...args], env, ({ stderr }, kill) => {
    if (message.test(stderr)) setTimeout(kill, afterMs)
  })
}

async function runProcess(
  args: readonly string[],
  given: Record<string, string>,
  watch: (printed: Pick<Ended, 'stdout' | 'stderr'>, kill: () => void) => void = () => undefined,
): Promise<Ended> {
  const env = { ...(await databaseEnv(given.RECOLLECT_DATA_DIR)), ...given }
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      watch({ stdout, stderr }, () => child.kill('SIGKILL'))
    })
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code: code ?? signal, stdout, stderr }))
  })
}

/** Lines of a text without the empty ones. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}
