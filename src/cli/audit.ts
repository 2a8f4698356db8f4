import { once } from 'node:events'
import type { AuditQuery } from '../contract/audit.js'
import { listAccounts } from '../domain/account.js'
import { exportAudit } from '../domain/audit.js'
import { newSecret } from '../ids.js'
import { type Command, CommandError, type CommandInput, UsageError } from './command.js'
import { withDatabase } from './database.js'

export const auditExport: Command = {
  name: 'audit export',
  summary: 'Print who did what in an account, one JSON object a line, oldest first',
  options: {
    account: { type: 'string', placeholder: 'AC…', help: 'Account (required)' },
    from: { type: 'string', placeholder: 'TIME', help: 'Not before this time, like 2026-01-05T10:00:00Z' },
    to: { type: 'string', placeholder: 'TIME', help: 'Before this time' },
    store: { type: 'string', placeholder: 'ID', help: 'Only what concerns this store' },
    operation: { type: 'string', placeholder: 'NAME', help: 'Only calls of this operation, such as CreateProfile' },
    credential: { type: 'string', placeholder: 'SID', help: 'Only what was done with this key or account' },
  },
  async run(input) {
    const accountSid = input.text('account')
    if (accountSid === undefined) throw new UsageError('audit export needs --account AC…')
    const query = readQuery(input)
    await withDatabase(input, async (opened) => {
      const accounts = await listAccounts(opened)
      if (!accounts.some(({ sid }) => sid === accountSid)) throw new CommandError(`there is no account ${accountSid}`)
      // Page tokens go no further than this command.
      const ctx = { db: opened.db, signingKey: newSecret() }
      const everything = { accountSid, credential: accountSid, scope: 'admin', stores: undefined } as const
      for await (const entry of exportAudit(ctx, everything, query)) {
        if (!process.stdout.write(`${JSON.stringify(entry)}\n`)) await once(process.stdout, 'drain')
      }
    })
  },
}

function readQuery(input: CommandInput): AuditQuery {
  const [from, to] = [readTime(input, 'from'), readTime(input, 'to')]
  const [storeId, operation, credential] = ['store', 'operation', 'credential'].map((name) => input.text(name))
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(storeId !== undefined && { storeId }),
    ...(operation !== undefined && { operation }),
    ...(credential !== undefined && { credential }),
  }
}

function readTime(input: CommandInput, option: 'from' | 'to'): string | undefined {
  const text = input.text(option)
  if (text === undefined || !Number.isNaN(Date.parse(text))) return text
  throw new UsageError(`--${option} takes a time like 2026-01-05T10:00:00Z, not "${text}"`)
}
