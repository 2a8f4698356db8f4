import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../context.js'
import { authenticate, type Principal } from '../domain/account.js'
import { UPLOAD_PATH } from '../domain/imports/upload.js'
import { unauthorized } from '../errors.js'

/** Everything below these needs credentials, unknown paths too, so that a stranger learns nothing. */
const PROTECTED = /^\/+(recollect\/)?v1(\/|\?|$)/i

/** Asks for HTTP Basic credentials before anything else is looked at. */
export function addAuthentication(app: FastifyInstance, ctx: Context): void {
  app.decorateRequest('principal', undefined)
  app.addHook('onRequest', (request) => authenticateRequest(ctx, request))
}

/** Whether a path needs credentials, however it is written; upload URLs carry their own signature. */
export function isProtected(url: string): boolean {
  const path = decodePath(url)
  return path === undefined || (PROTECTED.test(path) && !path.startsWith(`${UPLOAD_PATH}/`))
}

function decodePath(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split('?', 1)[0] ?? '')
  } catch {
    return undefined
  }
}

/** Lets a request in, if its path needs it. @throws ApiError 401 */
export async function authenticateRequest(ctx: Context, request: FastifyRequest): Promise<void> {
  if (!isProtected(request.url)) return
  request.principal = await readPrincipal(ctx, request)
  if (request.principal === undefined) throw unauthorized()
}

async function readPrincipal(ctx: Context, request: FastifyRequest): Promise<Principal | undefined> {
  const credentials = parseBasic(request.headers.authorization)
  return credentials && authenticate(ctx, credentials.username, credentials.password)
}

function parseBasic(header: string | undefined): { username: string; password: string } | undefined {
  const match = /^Basic +([A-Za-z0-9+/_-]+=*)$/i.exec(header ?? '')
  if (match?.[1] === undefined) return undefined
  const text = Buffer.from(match[1], 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}
