import type { Executor } from './tables.js'

/** What the server remembers about itself; all nodes share it. */
export type StateName = 'signing-key' | 'encoder-model' | 'first-account'

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

export async function putState(executor: Executor, name: StateName, value: string): Promise<void> {
  await executor
    .insertInto('server_state')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}
