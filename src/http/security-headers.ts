import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.js'

/** What a page of ours may load and do: its own scripts, styles and requests, and nothing inline. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join('; ')

/** Marks an answer as a page of ours: what it holds cannot run anything that is not ours, nor be framed. */
export function markPage(reply: FastifyReply): FastifyReply {
  return reply.header('Content-Security-Policy', PAGE_POLICY)
}

const ALWAYS = { 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' }
const OVER_TLS = { ...ALWAYS, 'Strict-Transport-Security': 'max-age=31536000' }

/**
 * Headers that tell browsers to be strict. Strict-Transport-Security goes with https only: with a certificate of ours, a
 * PUBLIC_URL that says so, or a trusted proxy that was asked by https.
 */
export function securityHeadersOf(
  { tls, publicUrl, trustProxy }: Pick<Config, 'tls' | 'publicUrl' | 'trustProxy'>,
  request: FastifyRequest,
): Readonly<Record<string, string>> {
  if (tls !== undefined || publicUrl?.startsWith('https:')) return OVER_TLS
  return trustProxy !== false && request.protocol === 'https' ? OVER_TLS : ALWAYS
}

/** Puts them on every answer. */
export function addSecurityHeaders(app: FastifyInstance, config: Config): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeadersOf(config, request))
    done()
  })
}
