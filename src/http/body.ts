import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { badRequest } from '../errors.js'

/** Escapes of NUL and of surrogates: only then is it worth looking at every string. */
const SUSPICIOUS = /\\u0000|\\u[dD][89a-fA-F]/

/**
 * Reads every body as JSON in UTF-8, whatever its content type says: clients of this API send nothing else. Other bytes
 * are refused, because decoding would replace them without a word; NUL characters and unpaired surrogates, because no
 * database stores them as they are.
 */
export function addJsonParser(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  // A content type that is none would be refused before the parser is asked.
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    if (raw.headers['content-type'] !== undefined) raw.headers['content-type'] = 'application/json'
    done()
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer
    if (bytes.length === 0) return done(null, undefined)
    if (!isUtf8(bytes)) return done(badRequest('The request body must be UTF-8'))
    const text = bytes.toString('utf8')
    void parseJson(request, text, (error, value) => {
      if (error !== null) return done(badRequest(`The request body is no valid JSON: ${error.message}`))
      const fault = SUSPICIOUS.test(text) ? findUnstorableText(value, 'body') : undefined
      done(fault === undefined ? null : badRequest(fault), value)
    })
  })
}

/** Why a value cannot be stored: a string in it, at any depth, that is no well-formed text. */
function findUnstorableText(value: unknown, field: string): string | undefined {
  const pending: [unknown, string][] = [[value, field]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [item, path] = next
    if (typeof item === 'string' && !isStorable(item)) {
      return `${path} must not hold NUL characters or unpaired surrogates`
    }
    if (typeof item !== 'object' || item === null) continue
    for (const [name, child] of Object.entries(item)) {
      if (!isStorable(name)) return `${path} must not have names with NUL characters or unpaired surrogates`
      pending.push([child, `${path}.${name}`])
    }
  }
  return undefined
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && isWellFormed(text)
}

function isWellFormed(text: string): boolean {
  // String.prototype.isWellFormed, which the es2023 library does not declare.
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text)
}
