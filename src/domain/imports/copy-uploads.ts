import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { BlobMissingError, type BlobStore } from '../../blobs/blob-store.js'
import { readDatabaseBlob } from '../../blobs/database.js'
import { selectImportsUnderWay } from '../../storage/import.js'
import { selectJobPayloads } from '../../storage/job.js'
import type { Executor } from '../../storage/tables.js'
import type { ImportPayload } from './upload.js'

/** The uploaded files that imports of one state of a database wait for. */
export interface WaitingUploads {
  readonly names: readonly string[]
  read(name: string): Readable
  /** The same, but what is in no folder is read from that database. */
  besides(read: Executor): Pick<WaitingUploads, 'names' | 'read'>
  close(): Promise<void>
}

/**
 * Finds the files of imports that have not ended, and opens those of a folder: an open file can be read even when its
 * import ends and removes it. The rest is in the database.
 *
 * @param folder where uploads are, if they are in a folder
 */
export async function openWaitingUploads(read: Executor, folder: string | undefined): Promise<WaitingUploads> {
  const names = await listWaitingUploads(read)
  const files = new Map<string, FileHandle>()
  const close = async () => {
    await Promise.all([...files.values()].map((file) => file.close()))
  }
  try {
    for (const name of names) {
      const file = folder === undefined ? undefined : await open(join(folder, name)).catch(ignoreMissing)
      if (file !== undefined) files.set(name, file)
    }
  } catch (error) {
    await close()
    throw error
  }
  const besides = (database: Executor) => ({
    names,
    read: (name: string) =>
      files.get(name)?.createReadStream({ start: 0, autoClose: false }) ?? readDatabaseBlob(database, name),
  })
  return { ...besides(read), besides, close }
}

/** The form of a name that acceptUpload gives; what else a file from elsewhere may say is never opened. */
const UPLOAD_NAME = /^\w+-\w+\.csv$/

async function listWaitingUploads(read: Executor): Promise<string[]> {
  const names: string[] = []
  for (const { storeId, payload } of await selectJobPayloads(read, 'import')) {
    const { importId, blob } = JSON.parse(payload) as ImportPayload
    // The file of an import that has ended is removed before its job is.
    const isWaiting = (await selectImportsUnderWay(read, storeId)).includes(importId)
    if (isWaiting && UPLOAD_NAME.test(blob)) names.push(blob)
  }
  return names.sort()
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** A file that did not arrive as it is in the source. */
export class UploadDiffersError extends Error {
  override readonly name = 'UploadDiffersError'
}

/**
 * Copies what is not there yet, and reads it back.
 *
 * @returns names of files that the source itself does not have: their imports can only fail
 * @throws UploadDiffersError when a file reads otherwise than it was written
 */
export async function copyUploads(
  source: Pick<WaitingUploads, 'names' | 'read'>,
  target: BlobStore,
): Promise<string[]> {
  const missing: string[] = []
  for (const name of source.names) {
    const wanted = await digestOf(source.read(name))
    if (wanted === undefined) missing.push(name)
    else if (wanted !== (await digestOf(target.read(name)))) {
      await target.remove(name)
      await target.write(name, source.read(name), Number.MAX_SAFE_INTEGER)
      if (wanted !== (await digestOf(target.read(name))))
        throw new UploadDiffersError(`the file ${name} arrived damaged`)
    }
  }
  return missing
}

/** Digest of a blob; nothing when there is none. */
async function digestOf(content: Readable): Promise<string | undefined> {
  const sum = createHash('sha256')
  try {
    for await (const chunk of content) sum.update(chunk as Buffer)
    return sum.digest('hex')
  } catch (error) {
    if (error instanceof BlobMissingError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
