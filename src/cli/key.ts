import { SCOPES } from '../contract/operation.js'
import { createApiKey, type KeyRights, listApiKeys, revokeApiKey } from '../domain/account.js'
import { type Command, CommandError, type CommandInput, print, UsageError } from './command.js'
import { withDatabase } from './database.js'

const json = { type: 'boolean', help: 'Print JSON' } as const

export const keyCreate: Command = {
  name: 'key create',
  summary: 'Make an API key of an account; prints its SID and secret once',
  options: {
    account: { type: 'string', placeholder: 'AC…', help: 'Account the key belongs to (required)' },
    name: { type: 'string', placeholder: 'NAME', help: 'What the key is for' },
    scope: {
      type: 'string',
      placeholder: 'SCOPE',
      help: 'read; write (reads too); or admin (everything; the default)',
    },
    store: { type: 'string', multiple: true, placeholder: 'ID', help: 'The only stores it may touch; may be repeated' },
    json,
  },
  async run(input) {
    const account = input.text('account')
    if (account === undefined) throw new UsageError('key create needs --account AC…')
    const rights = readRights(input)
    const key = await withDatabase(input, (ctx) => createApiKey(ctx, account, input.text('name') ?? '', rights))
    if (key === undefined) throw new CommandError(`there is no account ${account}`)
    print(
      input.flag('json')
        ? JSON.stringify(key)
        : `Key SID  ${key.sid}\nSecret   ${key.secret}\nThe secret is stored hashed and cannot be shown again.`,
    )
  },
}

function readRights(input: CommandInput): KeyRights {
  const scope = input.text('scope') ?? 'admin'
  const stores = input.texts('store')
  const known = SCOPES.find((name) => name === scope)
  if (known === undefined) throw new UsageError(`--scope takes ${SCOPES.join(', ')}, not "${scope}"`)
  return { scope: known, ...(stores.length > 0 && { stores: [...new Set(stores)] }) }
}

export const keyList: Command = {
  name: 'key list',
  summary: 'List API keys',
  options: { account: { type: 'string', placeholder: 'AC…', help: 'Only the keys of this account' }, json },
  async run(input) {
    const keys = await withDatabase(input, (ctx) => listApiKeys(ctx, input.text('account')))
    const rows = keys.map(({ sid, accountSid, name, scope, stores, createdAt, revokedAt }) => ({
      sid,
      account: accountSid,
      name,
      scope,
      stores: stores ?? null,
      createdAt: new Date(createdAt).toISOString(),
      revokedAt: revokedAt === null ? null : new Date(revokedAt).toISOString(),
    }))
    if (input.flag('json')) print(JSON.stringify(rows))
    else
      for (const { sid, account, name, scope, stores, revokedAt } of rows)
        print(`${sid}  ${account}  ${revokedAt ?? 'active'}  ${scope}  ${stores?.join(',') ?? 'all stores'}  ${name}`)
  },
}

export const keyRevoke: Command = {
  name: 'key revoke',
  summary: 'Revoke an API key, at once and for good',
  positionals: ['SK…'],
  options: { json },
  async run(input) {
    const [sid = ''] = input.positionals
    const revoked = await withDatabase(input, (ctx) => revokeApiKey(ctx, sid))
    if (!revoked) throw new CommandError(`there is no active key ${sid}`)
    print(input.flag('json') ? JSON.stringify({ sid, revoked }) : `Key ${sid} is revoked.`)
  },
}
