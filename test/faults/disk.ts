import { execFile } from 'node:child_process'
import { mkdtemp, open, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'

const run = promisify(execFile)
const BLOCK = 4096

/** A file system of its own, so small that a test can fill it. */
export interface SmallDisk {
  readonly folder: string
  /** Writes a file until nothing more fits, then gives `spare` bytes back. */
  fill(spare?: number): Promise<void>
  /** Removes that file. */
  makeRoom(): Promise<void>
  makeReadOnly(): Promise<void>
}

/** Whether this process may mount; says so loudly when it may not. On CI it must. */
export async function mayMount(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'recollect-mount-'))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
    await run('umount', [folder])
    return true
  } catch (error) {
    if (process.env.CI === 'true') throw error
    console.warn(`\n!!! NOT TESTED: a full and a read-only disk, because mounting is not permitted: ${error}\n`)
    return false
  } finally {
    await rmdir(folder)
  }
}

/** Mounts a disk that is gone when the test ends. Register it before the server that uses it. */
export async function mountSmallDisk(mebibytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'recollect-disk-'))
  await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder])
  onTestFinished(async () => {
    await run('umount', ['-l', folder])
    await rmdir(folder)
  })
  const filler = join(folder, 'filler')
  return {
    folder,
    async fill(spare = 0) {
      const file = await open(filler, 'w')
      try {
        const size =
          (await writeUntilFull(file, Buffer.alloc(64 * BLOCK))) + (await writeUntilFull(file, Buffer.alloc(BLOCK)))
        if (spare > 0) await file.truncate(Math.max(0, size - spare))
      } finally {
        await file.close()
      }
    },
    makeRoom: () => rm(filler),
    makeReadOnly: () => run('mount', ['-o', 'remount,ro', folder]).then(() => undefined),
  }
}

async function writeUntilFull(file: Awaited<ReturnType<typeof open>>, block: Buffer): Promise<number> {
  let size = 0
  try {
    for (;;) size += (await file.write(block)).bytesWritten
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    return size
  }
}
