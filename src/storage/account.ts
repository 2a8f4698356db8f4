import type { Scope } from '../contract/operation.js'
import { prepare } from './statement.js'
import type { Executor, Tables } from './tables.js'

export interface AccountRow {
  sid: string
  tokenHash: string
  createdAt: number
}

export interface ApiKeyRow {
  sid: string
  accountSid: string
  name: string
  secretHash: string
  createdAt: number
  revokedAt: number | null
  scope: Scope
  /** Ids of the only stores it may touch; nothing: all of its account. */
  stores: readonly string[] | undefined
}

/** What a request needs to be let in: whose credentials these are, the hash to compare with and what they are good for. */
export interface CredentialRow {
  accountSid: string
  hash: string
  scope: Scope
  /** Ids of the only stores they are good for; nothing: all of the account. */
  stores: ReadonlySet<string> | undefined
}

const selectAccountCredential = prepare<[string], { sid: string; token_hash: string }>((db, sid) =>
  db.selectFrom('account').select(['sid', 'token_hash']).where('sid', '=', sid),
)

const selectKeyCredential = prepare<
  [string],
  Pick<Tables['api_key'], 'account_sid' | 'secret_hash' | 'scope' | 'stores'>
>((db, sid) =>
  db
    .selectFrom('api_key')
    .select(['account_sid', 'secret_hash', 'scope', 'stores'])
    .where('sid', '=', sid)
    .where('revoked_at', 'is', null),
)

/** The credential of an account SID or of an API key SID that is not revoked. */
export async function findCredential(executor: Executor, sid: string): Promise<CredentialRow | undefined> {
  if (sid.startsWith('SK')) {
    const [key] = await selectKeyCredential(executor, sid)
    const stores = key && parseStores(key.stores)
    return (
      key && {
        accountSid: key.account_sid,
        hash: key.secret_hash,
        scope: key.scope as Scope,
        stores: stores && new Set(stores),
      }
    )
  }
  const [account] = await selectAccountCredential(executor, sid)
  return account && { accountSid: account.sid, hash: account.token_hash, scope: 'admin', stores: undefined }
}

function parseStores(text: string | null): string[] | undefined {
  return text === null ? undefined : (JSON.parse(text) as string[])
}

/** Inserts an account or replaces the token of one that exists. */
export async function upsertAccount(executor: Executor, account: AccountRow): Promise<void> {
  await executor
    .insertInto('account')
    .values({ sid: account.sid, token_hash: account.tokenHash, created_at: account.createdAt })
    .onConflict((conflict) => conflict.column('sid').doUpdateSet({ token_hash: account.tokenHash }))
    .execute()
}

/** Holds an account until the end of the transaction, for what is counted by account. */
export async function lockAccount(trx: Executor, sid: string): Promise<void> {
  await trx.selectFrom('account').select('sid').where('sid', '=', sid).forUpdate().execute()
}

export async function listAccounts(executor: Executor): Promise<AccountRow[]> {
  const rows = await executor.selectFrom('account').selectAll().orderBy('created_at').orderBy('sid').execute()
  return rows.map((row) => ({ sid: row.sid, tokenHash: row.token_hash, createdAt: row.created_at }))
}

export async function insertApiKey(executor: Executor, key: ApiKeyRow): Promise<void> {
  await executor
    .insertInto('api_key')
    .values({
      sid: key.sid,
      account_sid: key.accountSid,
      name: key.name,
      secret_hash: key.secretHash,
      created_at: key.createdAt,
      revoked_at: key.revokedAt,
      scope: key.scope,
      stores: key.stores === undefined ? null : JSON.stringify(key.stores),
    })
    .execute()
}

export async function listApiKeys(executor: Executor, accountSid: string | undefined): Promise<ApiKeyRow[]> {
  const rows = await executor
    .selectFrom('api_key')
    .selectAll()
    .$if(accountSid !== undefined, (query) => query.where('account_sid', '=', accountSid ?? ''))
    .orderBy('created_at')
    .orderBy('sid')
    .execute()
  return rows.map((row) => ({
    sid: row.sid,
    accountSid: row.account_sid,
    name: row.name,
    secretHash: row.secret_hash,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
    scope: row.scope as Scope,
    stores: parseStores(row.stores),
  }))
}

/** @returns the account of the key; nothing when there was no such key that was not revoked yet */
export async function revokeApiKey(executor: Executor, sid: string, revokedAt: number): Promise<string | undefined> {
  const row = await executor
    .updateTable('api_key')
    .set({ revoked_at: revokedAt })
    .where('sid', '=', sid)
    .where('revoked_at', 'is', null)
    .returning('account_sid')
    .executeTakeFirst()
  return row?.account_sid
}
