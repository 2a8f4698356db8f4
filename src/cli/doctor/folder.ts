import { accessSync, constants, statSync } from 'node:fs'
import { open, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { databaseFile } from '../../storage/sqlite.js'
import { codeOf, type Finding, median, ok, problem, reasonOf, warning } from './finding.js'

const MIB = 1024 * 1024
const GIB = 1024 * MIB
/** Below it a checkpoint or an upload may not fit. */
const LEAST_FREE = 100 * MIB
const LITTLE_FREE = GIB
const SYNCED_WRITES = 20
const WRITE_BYTES = 4096
/** A write waits for one sync: at 20 ms each somebody notices. */
const SLOW_SYNC_MS = 20
const OTHERS = 0o077

/** The folder itself, or the nearest one above it that exists: where it would be made. */
export function existingFolder(folder: string): string {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() || dirname(folder) === folder) return folder
  return existingFolder(dirname(folder))
}

/** Whether this user, and nobody else, can use a folder. */
export function checkFolder(folder: string): Finding {
  const existing = existingFolder(folder)
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found !== undefined && !found.isDirectory()) {
    return problem(`${folder} is a file`, 'remove it, or set RECOLLECT_DATA_DIR to a folder')
  }
  try {
    accessSync(existing, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    return problem(
      `${existing} cannot be written to (${codeOf(error)})`,
      'give it to the user that runs the server (chown), or set RECOLLECT_DATA_DIR to a folder of that user',
    )
  }
  if (found === undefined) return ok(`${folder} is not there yet; the first start makes it`)
  const open = [folder, databaseFile(folder)].filter(isOpenToOthers)
  return open.length > 0
    ? warning(`other users of this machine may look into ${open.join(' and ')}`, `chmod go-rwx ${open.join(' ')}`)
    : ok(`${folder} belongs to its user alone`)
}

function isOpenToOthers(path: string): boolean {
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & OTHERS) !== 0
}

/** Whether there is room for more. */
export async function checkSpace(folder: string): Promise<Finding> {
  const { bavail, bsize, blocks } = await statfs(existingFolder(folder))
  const free = bavail * bsize
  const text = `${describeBytes(free)} free of ${describeBytes(blocks * bsize)}`
  const mend = 'make room, or move the data folder to a larger disk (RECOLLECT_DATA_DIR)'
  if (free < LEAST_FREE) return problem(`only ${text}: writes will soon be refused`, mend)
  return free < LITTLE_FREE ? warning(`only ${text}`, mend) : ok(text)
}

function describeBytes(bytes: number): string {
  return bytes < GIB ? `${Math.round(bytes / MIB)} MiB` : `${(bytes / GIB).toFixed(1)} GiB`
}

/** How long a small write takes until it is on the disk. Writes a file of its own and removes it. */
export async function checkDiskSpeed(folder: string): Promise<Finding> {
  const file = join(existingFolder(folder), `.recollect-doctor-${process.pid}`)
  try {
    const times = await timeSyncedWrites(file)
    const middle = median(times)
    const text = `a synced write takes ${middle.toFixed(1)} ms (slowest of ${times.length}: ${Math.max(...times).toFixed(1)} ms)`
    return middle > SLOW_SYNC_MS
      ? warning(text, 'every answered write waits for one: put the data folder on a local SSD, not on a network share')
      : ok(text)
  } catch (error) {
    return problem(`a test file could not be written: ${reasonOf(error)}`, 'mend the disk or its permissions first')
  } finally {
    await rm(file, { force: true }).catch(() => undefined)
  }
}

async function timeSyncedWrites(file: string): Promise<number[]> {
  const handle = await open(file, 'wx', 0o600)
  try {
    const times: number[] = []
    for (let write = 0; write < SYNCED_WRITES; write += 1) {
      const start = performance.now()
      await handle.write(Buffer.alloc(WRITE_BYTES, write), 0, WRITE_BYTES, write * WRITE_BYTES)
      await handle.datasync()
      times.push(performance.now() - start)
    }
    return times
  } finally {
    await handle.close()
  }
}
