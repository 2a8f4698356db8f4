import type { Credentials } from '../domain/account.js'

/** What the first start prints: the credentials, once, and a snippet that works when it is pasted. */
export function firstAccountBanner(url: string, { sid, secret }: Credentials): string {
  return `
A first account was made. Its token is stored hashed and is not shown again:

  Account SID  ${sid}
  Auth token   ${secret}

With the official SDK (npm install twilio):

  const client = require('twilio')('${sid}', '${secret}')
  client.memory.baseUrl = '${url}'
  client.memory.v1.stores.list().then(console.log)
`
}

export function readyBanner(url: string): string {
  return `Recollect serves ${url} (API page: ${url}/docs)`
}
