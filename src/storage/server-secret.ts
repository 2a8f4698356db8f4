import type { Executor } from './tables.js'

/** The secret of that name, made from `candidate` when there is none yet; all nodes get the same one. */
export async function getOrCreateSecret(executor: Executor, name: string, candidate: string): Promise<string> {
  await executor
    .insertInto('server_secret')
    .values({ name, value: candidate })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const row = await executor.selectFrom('server_secret').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value ?? candidate
}
