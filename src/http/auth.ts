import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../context.js'
import { type Authentication, authenticate } from '../domain/account.js'
import { UPLOAD_PATH } from '../domain/imports/upload.js'
import { unauthorized } from '../errors.js'

/** Everything below these needs credentials, unknown paths too, so that a stranger learns nothing. */
/** Most requests begin so, and then nothing about the path is doubtful. */
const API = '/v1/'
const PROTECTED = /^\/+(recollect\/)?v1(\/|\?|$)/i

/** Principals whose credentials were checked a moment ago, by the header that proved them. */
type Admitted = Map<string, Authentication>
const MAX_ADMITTED = 1000

/** Asks for HTTP Basic credentials before anything else is looked at. */
export function addAuthentication(app: FastifyInstance, ctx: Context): void {
  const admitted: Admitted = new Map()
  app.decorateRequest('principal', undefined)
  app.addHook('onRequest', (request, _reply, done) => {
    const known = admitted.get(request.headers.authorization ?? '')
    if (known !== undefined && ctx.now() < known.until && isProtected(request.url)) {
      request.principal = known.principal
      return done()
    }
    authenticateRequest(ctx, request, admitted).then(() => done(), done)
  })
}

/** Whether a path needs credentials, however it is written; upload URLs carry their own signature. */
export function isProtected(url: string): boolean {
  if (url.startsWith(API)) return true
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
export async function authenticateRequest(ctx: Context, request: FastifyRequest, admitted?: Admitted): Promise<void> {
  if (!isProtected(request.url)) return
  const { authorization } = request.headers
  const credentials = parseBasic(authorization)
  const admission = credentials && (await authenticate(ctx, credentials.username, credentials.password))
  if (admission === undefined || authorization === undefined) throw unauthorized()
  request.principal = admission.principal
  if (admitted === undefined) return
  if (admitted.size >= MAX_ADMITTED) admitted.clear()
  admitted.set(authorization, admission)
}

function parseBasic(header: string | undefined): { username: string; password: string } | undefined {
  const match = /^Basic +([A-Za-z0-9+/_-]+=*)$/i.exec(header ?? '')
  if (match?.[1] === undefined) return undefined
  const text = Buffer.from(match[1], 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}
