import { createServer } from 'node:net'
import type { Config } from '../../config.js'
import { codeOf, type Finding, ok, problem, reasonOf } from './finding.js'

const ANSWER_TIMEOUT_MS = 3000

/** Whether a server can listen where the settings say, or one of this program does already. */
export async function checkPort({ host, port }: Pick<Config, 'host' | 'port'>): Promise<Finding> {
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const error = await tryToListen(host, port)
  if (error === undefined) return ok(port === 0 ? 'any free one will be taken' : `${where} is free`)
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return explainTaken(host, port, where)
    case 'EACCES':
      return problem(`this user may not listen on ${where}`, 'set PORT to 1024 or more, behind a proxy')
    case 'EADDRNOTAVAIL':
      return problem(`${host} is no address of this machine`, 'set HOST to one of its addresses, or to 0.0.0.0 for all')
    default:
      return problem(`${where}: ${reasonOf(error)}`, 'set HOST and PORT to where the server can listen')
  }
}

function tryToListen(host: string, port: number): Promise<Error | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', resolve)
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}

/** A server that runs is the usual reason, and a good one. */
async function explainTaken(host: string, port: number, where: string): Promise<Finding> {
  const anywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }
  const origin = `http://${anywhere[host] ?? (host.includes(':') ? `[${host}]` : host)}:${port}`
  const health = await ask(`${origin}/healthz`)
  if (health?.headers.get('twilio-request-id') == null) {
    return problem(`${where} is taken by another program`, 'end it, or set PORT')
  }
  const ready = await ask(`${origin}/readyz`)
  return ready?.status === 200
    ? ok(`a server answers on ${where} and is ready`)
    : problem(`a server answers on ${where} and is not ready`, 'look at its log, and at the database above')
}

async function ask(url: string): Promise<Response | undefined> {
  return fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }).catch(() => undefined)
}
