import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('./slow-sync.c', import.meta.url))

/**
 * Compiles what makes each sync of a process take longer, as on a slower disk.
 *
 * @param folder gets the library; other users must be able to reach it, because a database may run as another
 * @returns the environment to start the process with
 * @throws Error when there is no C compiler
 */
export function compileSlowSync(folder: string, milliseconds: number): Readonly<Record<string, string>> {
  const library = join(folder, 'slow-sync.so')
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, SOURCE, '-ldl'], { stdio: 'pipe' })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`--slow-sync needs a C compiler, cc, on Linux: ${reason}`)
  }
  chmodSync(folder, 0o755)
  return { LD_PRELOAD: library, SLOW_SYNC_US: String(Math.round(milliseconds * 1000)) }
}
