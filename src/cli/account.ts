import { createAccount, listAccounts } from '../domain/account.js'
import { type Command, print, UsageError } from './command.js'
import { withDatabase } from './database.js'

const json = { type: 'boolean', help: 'Print JSON' } as const

export const accountCreate: Command = {
  name: 'account create',
  summary: 'Make an account; prints its SID and auth token once',
  options: {
    sid: { type: 'string', placeholder: 'AC…', help: 'SID to use; an existing account gets a new token' },
    json,
  },
  async run(input) {
    const sid = input.text('sid')
    if (sid !== undefined && !/^AC[0-9a-fA-F]{32}$/.test(sid)) {
      throw new UsageError('--sid takes AC and 32 hexadecimal digits')
    }
    const account = await withDatabase(input, (ctx) => createAccount(ctx, sid === undefined ? {} : { sid }))
    print(
      input.flag('json')
        ? JSON.stringify({ sid: account.sid, authToken: account.secret })
        : `Account SID  ${account.sid}\nAuth token   ${account.secret}\nThe token is stored hashed and cannot be shown again.`,
    )
  },
}

export const accountList: Command = {
  name: 'account list',
  summary: 'List the accounts',
  options: { json },
  async run(input) {
    const accounts = await withDatabase(input, listAccounts)
    const rows = accounts.map(({ sid, createdAt }) => ({ sid, createdAt: new Date(createdAt).toISOString() }))
    if (input.flag('json')) print(JSON.stringify(rows))
    else for (const row of rows) print(`${row.sid}  ${row.createdAt}`)
  },
}
