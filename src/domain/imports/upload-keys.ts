import type { Context } from '../../context.js'
import { newSecret } from '../../ids.js'
import { findState, replaceState } from '../../storage/server-state.js'
import type { Executor } from '../../storage/tables.js'
import { sign, verifySignature } from '../secret.js'

type KeyContext = Pick<Context, 'config' | 'db' | 'now' | 'signingKey'>

interface UploadKey {
  readonly key: string
  /** Milliseconds since the epoch. */
  readonly madeAt: number
}

const STATE = 'upload-keys'

/**
 * Signs with the newest key, which all nodes share; one that is old enough is replaced first.
 *
 * @returns an HMAC-SHA256 in base64url
 */
export async function signWithUploadKey(ctx: KeyContext, text: string): Promise<string> {
  const { newest } = await readKeys(ctx.db.read)
  if (newest !== undefined && !isOld(ctx, newest)) return sign(newest.key, text)
  return sign(await ctx.db.transaction((trx) => rotate(ctx, trx)), text)
}

/** Whether a text was signed with a key that may still have URLs that live. */
export async function verifyUploadSignature(ctx: KeyContext, text: string, signature: string): Promise<boolean> {
  const { keys } = await readKeys(ctx.db.read)
  return unexpired(ctx, keys).some(({ key }) => verifySignature(key, text, signature))
}

async function readKeys(executor: Executor) {
  const text = await findState(executor, STATE)
  const keys = text === undefined ? [] : (JSON.parse(text) as UploadKey[])
  return { text, keys, newest: keys.at(-1) }
}

function isOld(ctx: KeyContext, { madeAt }: UploadKey): boolean {
  return ctx.now() - madeAt >= ctx.config.uploadKeySeconds * 1000
}

/** Adds a key, unless another node just did, and drops those whose URLs have all expired. */
async function rotate(ctx: KeyContext, trx: Executor): Promise<string> {
  for (;;) {
    const { text, keys, newest } = await readKeys(trx)
    if (newest !== undefined && !isOld(ctx, newest)) return newest.key
    // The first is the one that signed before keys were replaced, so that its URLs stay good.
    const made: UploadKey = { key: newest === undefined ? ctx.signingKey : newSecret(), madeAt: ctx.now() }
    const next = JSON.stringify([...unexpired(ctx, keys), made])
    if (await replaceState(trx, STATE, text, next)) return made.key
  }
}

/** Keys that are the newest, or were until a time less than the life of a URL ago. */
function unexpired(ctx: KeyContext, keys: readonly UploadKey[]): UploadKey[] {
  return keys.filter((_key, index) => {
    const next = keys[index + 1]
    return next === undefined || ctx.now() - next.madeAt <= ctx.config.uploadUrlTtlSeconds * 1000
  })
}
