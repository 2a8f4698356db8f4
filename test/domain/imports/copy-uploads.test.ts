import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import type { BlobStore } from '../../../src/blobs/blob-store.js'
import { openDatabaseBlobs } from '../../../src/blobs/database.js'
import { openFolderBlobs } from '../../../src/blobs/folder.js'
import { copyUploads, openWaitingUploads } from '../../../src/domain/imports/copy-uploads.js'
import type { Database } from '../../../src/storage/database.js'
import { temporaryFolder } from '../../support/folder.js'
import { insertAny, newDatabaseEnv, openRows } from '../../support/rows.js'

const STORE = 'mem_store_01arz3ndektsv4rrffq69g5fav'
/** More than one part of a blob in the database. */
const CONTENT = randomBytes(600 * 1024)

type Place = 'folder' | 'database'

interface Side {
  readonly db: Database
  readonly folder: string
  readonly blobs: BlobStore
}

async function openSide(place: Place): Promise<Side> {
  const db = await openRows(await newDatabaseEnv())
  const folder = await temporaryFolder()
  return { db, folder, blobs: place === 'folder' ? openFolderBlobs(folder) : openDatabaseBlobs(db, Date.now) }
}

/** Rows of an import and its job, as an upload leaves them. */
async function insertImport(db: Database, id: string, blob: string, status = 'PROCESSING'): Promise<void> {
  const times = { created_at: 1, updated_at: 1 }
  const counts = { errors: 0, warnings: 0, rows_done: 0, bytes_done: 0, failure: null, uploaded_at: 1 }
  const file = { filename: 'f.csv', file_size: CONTENT.length, column_mappings: '[]' }
  await insertAny(db, 'import', [{ store_id: STORE, id, status, ...file, ...counts, ...times }])
  const job = {
    kind: 'import',
    lane: 'lane',
    status: 'QUEUED',
    run_at: 1,
    attempts: 0,
    request_id: 'RQ1',
    actor: 'AC1',
  }
  const payload = JSON.stringify({ importId: id, blob })
  await insertAny(db, 'job', [{ id: `job-${id}`, store_id: STORE, payload, ...job, ...times }])
}

const nameOf = (id: string) => `${id}-${'0'.repeat(32)}.csv`

async function openWaiting({ db, folder }: Pick<Side, 'db' | 'folder'>) {
  const waiting = await openWaitingUploads(db.read, folder)
  onTestFinished(() => waiting.close())
  return waiting
}

it.each<[Place, Place]>([
  ['folder', 'folder'],
  ['folder', 'database'],
  ['database', 'folder'],
  ['database', 'database'],
])('copies what waits from a %s to a %s, and nothing else', async (from, to) => {
  const [source, target] = [await openSide(from), await openSide(to)]
  for (const id of ['mem_import_1', 'mem_import_2', 'mem_import_3']) {
    await insertImport(source.db, id, nameOf(id), id === 'mem_import_3' ? 'COMPLETED' : 'PROCESSING')
    await source.blobs.write(nameOf(id), Readable.from([CONTENT, Buffer.from(id)]), CONTENT.length * 2)
  }
  await source.blobs.write(nameOf('mem_import_4'), Readable.from([CONTENT]), CONTENT.length)
  const waiting = await openWaiting(source)
  // What an interrupted copy may have left.
  await target.blobs.write(nameOf('mem_import_2'), Readable.from([Buffer.from('half')]), 10)
  expect(await copyUploads(waiting, target.blobs)).toEqual([])

  const names = await target.blobs.listOlderThan(Date.now() + 60_000)
  expect(names.sort()).toEqual([nameOf('mem_import_1'), nameOf('mem_import_2')])
  for (const id of ['mem_import_1', 'mem_import_2']) {
    const copied = await buffer(target.blobs.read(nameOf(id)))
    expect(copied.equals(Buffer.concat([CONTENT, Buffer.from(id)]))).toBe(true)
  }
})

it('reads a file whose import ends meanwhile', async () => {
  const [source, target] = [await openSide('folder'), await openSide('folder')]
  await insertImport(source.db, 'mem_import_1', nameOf('mem_import_1'))
  await source.blobs.write(nameOf('mem_import_1'), Readable.from([CONTENT]), CONTENT.length)
  const waiting = await openWaiting(source)
  await source.blobs.remove(nameOf('mem_import_1'))
  expect(await copyUploads(waiting, target.blobs)).toEqual([])
  expect((await buffer(target.blobs.read(nameOf('mem_import_1')))).equals(CONTENT)).toBe(true)
})

it.each<Place>(['folder', 'database'])('names what is not in the %s', async (place) => {
  const [source, target] = [await openSide(place), await openSide('folder')]
  await insertImport(source.db, 'mem_import_1', nameOf('mem_import_1'))
  const waiting = await openWaiting(source)
  expect(await copyUploads(waiting, target.blobs)).toEqual([nameOf('mem_import_1')])
})

it('opens no file outside the folder, whatever a job says', async () => {
  const { db, folder } = await openSide('folder')
  await writeFile(join(folder, 'secret.csv'), 'secret')
  await insertImport(db, 'mem_import_1', '../secret.csv')
  expect((await openWaiting({ db, folder: join(folder, 'uploads') })).names).toEqual([])
})
