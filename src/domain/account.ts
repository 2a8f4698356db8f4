import type { Context } from '../context.js'
import type { Scope } from '../contract/operation.js'
import { newAccountSid, newKeySid, newSecret } from '../ids.js'
import type { Actor } from '../scope.js'
import * as storage from '../storage/account.js'
import { insertEvents } from '../storage/event.js'
import { getOrCreateState } from '../storage/server-state.js'
import { runAll } from '../storage/statement.js'
import { findStore } from '../storage/store.js'
import type { Executor } from '../storage/tables.js'
import { createEvent } from './event.js'
import { hashSecret, verifySecret } from './secret.js'
import { checkOwner } from './store-lock.js'

export interface Credentials {
  readonly sid: string
  readonly secret: string
}

export interface Principal {
  readonly accountSid: string
  /** The SID the request was made with: the account's or an API key's. */
  readonly credential: string
  readonly scope: Scope
  /** Ids of the only stores it may touch; nothing: all of the account. */
  readonly stores: ReadonlySet<string> | undefined
}

/** Somebody whose credentials were checked. */
export interface Authentication {
  readonly principal: Principal
  /** When they must be checked again, in milliseconds since the epoch. */
  readonly until: number
}

type AccountContext = Pick<Context, 'db' | 'now'>
type AuthenticationContext = AccountContext & Pick<Context, 'credentials' | 'metrics'>

/**
 * Whom credentials belong to; nothing when they are wrong or revoked.
 *
 * @param username account SID or API key SID
 */
export async function authenticate(
  ctx: AuthenticationContext,
  username: string,
  password: string,
): Promise<Authentication | undefined> {
  const known = await findCredential(ctx, username)
  if (known === undefined || !verifySecret(password, known.row.hash)) return undefined
  const { accountSid, scope, stores } = known.row
  return { principal: { accountSid, credential: username, scope, stores }, until: known.until }
}

/** A credential that was revoked is let in for so long at most. */
const CREDENTIAL_TTL_MS = 50
const MAX_CREDENTIALS = 1000

interface KnownCredential {
  readonly row: storage.CredentialRow
  readonly until: number
}

/** Credentials of the last moments, by their SID. */
export type CredentialCache = Map<string, KnownCredential>

async function findCredential(ctx: AuthenticationContext, sid: string): Promise<KnownCredential | undefined> {
  const now = ctx.now()
  const known = ctx.credentials.get(sid)
  const use = ctx.metrics.caches.credential
  if (known !== undefined && now < known.until) {
    use.hits += 1
    return known
  }
  use.misses += 1
  const row = await storage.findCredential(ctx.db.read, sid)
  ctx.credentials.delete(sid)
  if (row === undefined) return undefined
  if (ctx.credentials.size >= MAX_CREDENTIALS) ctx.credentials.clear()
  const read = { row, until: now + CREDENTIAL_TTL_MS }
  ctx.credentials.set(sid, read)
  return read
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
  ctx: AuthenticationContext,
  accounts: readonly { sid: string; token: string }[],
): Promise<void> {
  for (const { sid, token } of accounts) {
    if ((await authenticate(ctx, sid, token)) !== undefined) continue
    await createAccount(ctx, { sid, secret: token })
    ctx.credentials.delete(sid)
  }
}

export function listAccounts(ctx: AccountContext): Promise<storage.AccountRow[]> {
  return storage.listAccounts(ctx.db.read)
}

/** What a key may do: everything its account may, if nothing is said. */
export interface KeyRights {
  readonly scope: Scope
  /** Ids of the only stores it may touch. */
  readonly stores?: readonly string[] | undefined
}

type KeyContext = AccountContext & Pick<Context, 'newId'>

/**
 * Makes an API key of an account.
 *
 * @returns the key's SID and secret, or nothing when there is no such account
 * @throws ApiError 404 when one of the stores is none of the account's
 */
export async function createApiKey(
  ctx: KeyContext,
  accountSid: string,
  name: string,
  { scope, stores }: KeyRights = { scope: 'admin' },
): Promise<Credentials | undefined> {
  const credentials = { sid: newKeySid(), secret: newSecret() }
  const row = { sid: credentials.sid, accountSid, name, secretHash: hashSecret(credentials.secret), scope, stores }
  return ctx.db.transaction(async (trx) => {
    const accounts = await storage.listAccounts(trx)
    if (!accounts.some((account) => account.sid === accountSid)) return undefined
    for (const storeId of stores ?? []) checkOwner(await findStore(trx, storeId), { accountSid, storeId })
    await storage.insertApiKey(trx, { ...row, createdAt: ctx.now(), revokedAt: null })
    await recordKey(ctx, trx, accountSid, 'key.created', credentials.sid, { name, scope, stores })
    return credentials
  })
}

export function listApiKeys(ctx: Pick<Context, 'db'>, accountSid?: string): Promise<storage.ApiKeyRow[]> {
  return storage.listApiKeys(ctx.db.read, accountSid)
}

/** @returns whether there was such a key that was not revoked yet */
export function revokeApiKey(ctx: KeyContext, sid: string): Promise<boolean> {
  return ctx.db.transaction(async (trx) => {
    const accountSid = await storage.revokeApiKey(trx, sid, ctx.now())
    if (accountSid === undefined) return false
    await recordKey(ctx, trx, accountSid, 'key.revoked', sid, {})
    return true
  })
}

/** Keys are made on the command line, by whoever may open the database. */
async function recordKey(
  ctx: KeyContext,
  trx: Executor,
  accountSid: string,
  change: 'key.created' | 'key.revoked',
  sid: string,
  data: Record<string, unknown>,
): Promise<void> {
  const operation = change === 'key.created' ? 'key create' : 'key revoke'
  const actor: Actor = { accountSid, credential: 'command-line', requestId: '', operation, clientAddress: '' }
  await runAll(trx, insertEvents(accountSid, [createEvent(ctx, actor, change, sid, data)]))
}
