import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { createRestartable, type Restartable } from '../restart.js'
import { cutPower } from './power-cut.js'

const run = promisify(execFile)
const SOURCE = fileURLToPath(new URL('./faults.c', import.meta.url))

/** Numbers of the errors a disk has. */
export const ERRNO = { EIO: 5, ENOSPC: 28 } as const

/** What is to fail: which call on files whose names end how, and how many times. */
export interface Fault {
  readonly call: 'sync' | 'write'
  readonly files: '-wal' | 'recollect.db' | '.partial'
  readonly error: keyof typeof ERRNO
  readonly times?: number
}

/** A data folder on a disk that fails when it is told to, and that forgets what was not synced when its power is cut. */
export interface FaultyDisk extends Restartable {
  fail(fault: Fault): Promise<void>
  mend(): Promise<void>
  /**
   * Makes a folder as a disk would hold it had the power been cut now; no process may serve the disk. What was synced
   * is there, of what was not any sectors.
   */
  afterPowerCut(): Promise<Restartable>
}

/** Whether faults can be injected here: that takes Linux and a C compiler. Says so loudly when not; on CI it must. */
export async function mayInject(): Promise<boolean> {
  try {
    if (process.platform !== 'linux') throw new Error(`${process.platform} is not Linux`)
    await run('cc', ['--version'])
    return true
  } catch (error) {
    if (process.env.CI === 'true') throw error
    console.warn(`\n!!! NOT TESTED: a disk that fails, because faults cannot be injected here: ${error}\n`)
    return false
  }
}

/** Makes such a disk for one test. */
export async function createFaultyDisk(env: Readonly<Record<string, string>> = {}): Promise<FaultyDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'recollect-faulty-'))
  const dataDir = await mkdtemp(join(tmpdir(), 'recollect-faulty-data-'))
  onTestFinished(async () => {
    await rm(folder, { recursive: true, force: true })
    await rm(dataDir, { recursive: true, force: true })
  })
  const library = join(folder, 'faults.so')
  const control = join(folder, 'control')
  const journal = join(folder, 'journal')
  await run('cc', ['-O2', '-shared', '-fPIC', '-o', library, SOURCE, '-lpthread'])
  await writeFile(control, '')
  const restartable = await createRestartable({
    dataDir,
    env: { ...env, LD_PRELOAD: library, FAULT_FOLDER: dataDir, FAULT_CONTROL: control, FAULT_JOURNAL: journal },
  })
  return {
    ...restartable,
    // The number at the end makes a rule that is given again a new one.
    fail: ({ call, files, error, times = 1_000_000 }) =>
      writeFile(control, `${call} ${files} ${ERRNO[error]} ${times} ${Math.random()}`),
    mend: () => writeFile(control, ''),
    async afterPowerCut() {
      const copy = await mkdtemp(join(tmpdir(), 'recollect-power-cut-'))
      onTestFinished(() => rm(copy, { recursive: true, force: true }))
      await cutPower(await readFile(journal), copy)
      return createRestartable({ dataDir: copy, account: restartable.account })
    },
  }
}
