import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BlobStore, BlobTooLargeError } from '../../src/blobs/blob-store.js'
import { openDatabaseBlobs } from '../../src/blobs/database.js'
import { openFolderBlobs } from '../../src/blobs/folder.js'
import { openTestDatabase, type TestDatabase } from '../support/database.js'

const MEBI = 1024 * 1024

describe.each(['folder', 'database'] as const)('blobs in a %s', (kind) => {
  let database: TestDatabase
  let blobs: BlobStore
  beforeAll(async () => {
    database = await openTestDatabase()
    blobs =
      kind === 'folder' ? openFolderBlobs(`${database.dataDir}/uploads`) : openDatabaseBlobs(database.db, Date.now)
  })
  afterAll(() => database.close())

  const everything = () => blobs.listOlderThan(Date.now() + 60_000)
  const chunksOf = (content: Buffer, size: number) =>
    Readable.from(
      Array.from({ length: Math.ceil(content.length / size) }, (_, index) =>
        content.subarray(index * size, (index + 1) * size),
      ),
    )

  it.each([0, 1, 65_536, 262_144, 262_145, 3 * MEBI])('gives back %i bytes as they came', async (size) => {
    const content = randomBytes(size)
    const name = `size-${size}.csv`
    expect(await blobs.write(name, chunksOf(content, 70_001), 4 * MEBI)).toBe(size)
    expect((await buffer(blobs.read(name))).equals(content)).toBe(true)
    // A job that starts over reads it again.
    expect((await buffer(blobs.read(name))).length).toBe(size)
    expect(await everything()).toContain(name)
    await blobs.remove(name)
    await blobs.remove(name)
    expect(await everything()).not.toContain(name)
    await expect(buffer(blobs.read(name))).rejects.toThrow()
  })

  it('refuses what is larger than was agreed, and keeps nothing of it', async () => {
    const content = chunksOf(randomBytes(MEBI), 10_000)
    await expect(blobs.write('large.csv', content, MEBI - 1)).rejects.toThrow(BlobTooLargeError)
    expect(await everything()).toEqual([])
  })

  it('keeps nothing of a stream that breaks off', async () => {
    const broken = Readable.from(
      (async function* () {
        yield randomBytes(MEBI)
        throw new Error('the client went away')
      })(),
    )
    await expect(blobs.write('broken.csv', broken, 4 * MEBI)).rejects.toThrow('the client went away')
    expect(await everything()).toEqual([])
    await expect(buffer(blobs.read('broken.csv'))).rejects.toThrow()
  })

  it('tells what is older than a time', async () => {
    await blobs.write('old.csv', chunksOf(randomBytes(10), 10), MEBI)
    expect(await blobs.listOlderThan(Date.now() - 60_000)).toEqual([])
    expect(await everything()).toEqual(['old.csv'])
  })
})
