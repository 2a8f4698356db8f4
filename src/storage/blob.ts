import type { Executor } from './tables.js'

export async function insertBlob(executor: Executor, name: string, now: number): Promise<void> {
  await executor.insertInto('blob').values({ name, size: null, created_at: now }).execute()
}

export async function insertBlobPart(
  executor: Executor,
  name: string,
  position: number,
  content: Uint8Array,
): Promise<void> {
  await executor.insertInto('blob_part').values({ blob_name: name, position, content }).execute()
}

/** Says that all parts are there. */
export async function completeBlob(executor: Executor, name: string, size: number): Promise<void> {
  await executor.updateTable('blob').set({ size }).where('name', '=', name).execute()
}

export async function isBlobComplete(executor: Executor, name: string): Promise<boolean> {
  const row = await executor.selectFrom('blob').select('size').where('name', '=', name).executeTakeFirst()
  return row !== undefined && row.size !== null
}

export async function findBlobPart(
  executor: Executor,
  name: string,
  position: number,
): Promise<Uint8Array | undefined> {
  const row = await executor
    .selectFrom('blob_part')
    .select('content')
    .where('blob_name', '=', name)
    .where('position', '=', position)
    .executeTakeFirst()
  return row?.content
}

export async function deleteBlob(executor: Executor, name: string): Promise<void> {
  await executor.deleteFrom('blob_part').where('blob_name', '=', name).execute()
  await executor.deleteFrom('blob').where('name', '=', name).execute()
}

/** Names of blobs that were begun before a time, in milliseconds since the epoch. */
export async function selectBlobsBefore(executor: Executor, time: number): Promise<string[]> {
  const rows = await executor.selectFrom('blob').select('name').where('created_at', '<', time).execute()
  return rows.map((row) => row.name)
}
