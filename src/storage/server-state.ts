import type { Executor } from './tables.js'

/** What the server remembers about itself; all nodes share it. */
export type StateName = 'signing-key' | 'encoder-model' | 'first-account' | 'reports-erased-at' | 'upload-keys'

/** The value of that name, made from `candidate` when there is none yet; all nodes get the same one. */
export async function getOrCreateState(executor: Executor, name: StateName, candidate: string): Promise<string> {
  await executor
    .insertInto('server_state')
    .values({ name, value: candidate })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  return (await findState(executor, name)) ?? candidate
}

export async function findState(executor: Executor, name: StateName): Promise<string | undefined> {
  const row = await executor.selectFrom('server_state').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value
}

/**
 * Moves a state that is a time on.
 *
 * @param ifBefore only when it is before that
 * @returns false when it is not; of several nodes one moves it
 */
export async function moveState(executor: Executor, name: StateName, to: number, ifBefore: number): Promise<boolean> {
  const current = await findState(executor, name)
  if (current !== undefined && Number(current) >= ifBefore) return false
  return replaceState(executor, name, current, String(to))
}

/** Writes a state if it is still as it was read. @returns false when another node was first */
export async function replaceState(
  executor: Executor,
  name: StateName,
  from: string | undefined,
  to: string,
): Promise<boolean> {
  if (from === undefined) {
    const inserted = await executor
      .insertInto('server_state')
      .values({ name, value: to })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('name')
      .execute()
    return inserted.length > 0
  }
  const result = await executor
    .updateTable('server_state')
    .set({ value: to })
    .where('name', '=', name)
    .where('value', '=', from)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export async function putState(executor: Executor, name: StateName, value: string): Promise<void> {
  await executor
    .insertInto('server_state')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}
