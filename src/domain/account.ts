import type { Context } from '../context.js'
import { newAccountSid, newKeySid, newSecret } from '../ids.js'
import * as storage from '../storage/account.js'
import { getOrCreateState } from '../storage/server-state.js'
import { hashSecret, verifySecret } from './secret.js'

export interface Credentials {
  readonly sid: string
  readonly secret: string
}

export interface Principal {
  readonly accountSid: string
  /** The SID the request was made with: the account's or an API key's. */
  readonly credential: string
}

type AccountContext = Pick<Context, 'db' | 'now'>

/**
 * Whom credentials belong to; nothing when they are wrong or revoked.
 *
 * @param username account SID or API key SID
 */
export async function authenticate(
  ctx: AccountContext,
  username: string,
  password: string,
): Promise<Principal | undefined> {
  const credential = await storage.findCredential(ctx.db.read, username)
  if (credential === undefined || !verifySecret(password, credential.hash)) return undefined
  return { accountSid: credential.accountSid, credential: username }
}

/**
 * Makes an account, or gives an existing one a new token.
 *
 * @returns the SID and the token, which is stored hashed and cannot be shown again
 */
export async function createAccount(ctx: AccountContext, given: Partial<Credentials> = {}): Promise<Credentials> {
  const credentials = { sid: given.sid ?? newAccountSid(), secret: given.secret ?? newSecret() }
  const row = { sid: credentials.sid, tokenHash: hashSecret(credentials.secret), createdAt: ctx.now() }
  await ctx.db.transaction((trx) => storage.upsertAccount(trx, row))
  return credentials
}

/**
 * Makes an account when there is none at all: of nodes that start at the same time, one of them.
 *
 * @returns the SID and the token, or nothing when there are accounts
 */
export function createFirstAccount(ctx: AccountContext): Promise<Credentials | undefined> {
  const credentials = { sid: newAccountSid(), secret: newSecret() }
  const row = { sid: credentials.sid, tokenHash: hashSecret(credentials.secret), createdAt: ctx.now() }
  return ctx.db.transaction(async (trx) => {
    if ((await storage.listAccounts(trx)).length > 0) return undefined
    if ((await getOrCreateState(trx, 'first-account', row.sid)) !== row.sid) return undefined
    await storage.upsertAccount(trx, row)
    return credentials
  })
}

/** Makes the accounts of the settings; one whose token is already the given one is left alone. */
export async function ensureAccounts(
  ctx: AccountContext,
  accounts: readonly { sid: string; token: string }[],
): Promise<void> {
  for (const { sid, token } of accounts) {
    if ((await authenticate(ctx, sid, token)) === undefined) await createAccount(ctx, { sid, secret: token })
  }
}

export function listAccounts(ctx: AccountContext): Promise<storage.AccountRow[]> {
  return storage.listAccounts(ctx.db.read)
}

/**
 * Makes an API key of an account.
 *
 * @returns the key's SID and secret, or nothing when there is no such account
 */
export async function createApiKey(
  ctx: AccountContext,
  accountSid: string,
  name: string,
): Promise<Credentials | undefined> {
  const accounts = await storage.listAccounts(ctx.db.read)
  if (!accounts.some((account) => account.sid === accountSid)) return undefined
  const credentials = { sid: newKeySid(), secret: newSecret() }
  const row = { sid: credentials.sid, accountSid, name, secretHash: hashSecret(credentials.secret) }
  await ctx.db.transaction((trx) => storage.insertApiKey(trx, { ...row, createdAt: ctx.now(), revokedAt: null }))
  return credentials
}

export function listApiKeys(ctx: AccountContext, accountSid?: string): Promise<storage.ApiKeyRow[]> {
  return storage.listApiKeys(ctx.db.read, accountSid)
}

/** @returns whether there was such a key that was not revoked yet */
export function revokeApiKey(ctx: AccountContext, sid: string): Promise<boolean> {
  return ctx.db.transaction((trx) => storage.revokeApiKey(trx, sid, ctx.now()))
}
