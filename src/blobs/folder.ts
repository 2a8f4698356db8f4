import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { StorageUnavailableError } from '../errors.js'
import { type BlobStore, BlobTooLargeError } from './blob-store.js'
import { readAtEase } from './read-at-ease.js'

/** Blobs as files of one folder. Names come from ids only, never from a client's text. */
export function openFolderBlobs(folder: string): BlobStore {
  const path = (name: string) => join(folder, name)
  return {
    async write(name, content, maxBytes) {
      await mkdir(folder, { recursive: true, mode: 0o700 }).catch(rethrowAsUnavailable)
      const partial = path(`${name}.partial`)
      try {
        const size = await writeSynced(partial, content, maxBytes)
        await rename(partial, path(name))
        await syncFolder(folder)
        return size
      } catch (error) {
        await rm(partial, { force: true })
        return rethrowAsUnavailable(error)
      }
    },
    read: (name) => createReadStream(path(name)),
    remove: (name) => rm(path(name), { force: true }),
    async listOlderThan(time) {
      const names = await readdir(folder).catch(() => [])
      const ages = await Promise.all(names.map((name) => stat(path(name)).catch(() => undefined)))
      return names.filter((_, index) => (ages[index]?.mtimeMs ?? time) < time)
    },
  }
}

async function writeSynced(file: string, content: Readable, maxBytes: number): Promise<number> {
  const handle = await open(file, 'w', 0o600)
  try {
    let size = 0
    for await (const chunk of readAtEase(content)) {
      size += chunk.length
      if (size > maxBytes) throw new BlobTooLargeError(`more than ${maxBytes} bytes`)
      await handle.writeFile(chunk)
    }
    await handle.sync()
    return size
  } finally {
    await handle.close()
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const MEDIUM_ERRORS = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'EACCES', 'ENOENT', 'EPERM'])

function rethrowAsUnavailable(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (MEDIUM_ERRORS.has(code)) throw new StorageUnavailableError(`the upload folder cannot be used: ${code}`)
  throw error
}
