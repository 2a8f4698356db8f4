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

/** What a person at a terminal can do next. */
export function readyBanner(url: string): string {
  return `
Recollect serves ${url}

  Console      ${url}/console   sign in with an account SID and its token
  API page     ${url}/docs      every operation, to try out
  Sample data  npm run demo     in the project's folder: a made-up company with 200 customers
  Begin        docs/quickstart.md: Node, Python and curl

Ctrl+C ends it. What follows is the log.
`
}
