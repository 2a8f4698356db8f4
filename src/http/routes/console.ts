import type { FastifyInstance, FastifyReply } from 'fastify'
import { readConsoleFiles } from '../../console-files.js'
import { notFound, unavailable } from '../../errors.js'
import { PAGE_POLICY } from '../security-headers.js'

/** No script of these pages writes HTML, and no other window has a hold on them. */
const HEADERS = {
  'Content-Security-Policy': `${PAGE_POLICY}; require-trusted-types-for 'script'; trusted-types 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Names of these files hold a digest of their content. */
const HASHED_FOLDER = 'assets/'
const PAGE = 'index.html'

/** The web console at `/console`: its files, and its page for every other path below, which the page itself understands. */
export async function addConsole(app: FastifyInstance): Promise<void> {
  const files = await readConsoleFiles()
  const send = (reply: FastifyReply, name: string) => {
    const content = files.get(name)
    if (content === undefined) {
      if (files.size === 0) throw unavailable('The console was not built: run npm run build and start again')
      throw notFound(`The file ${name.slice(0, 100)} of the console`)
    }
    const caching = name.startsWith(HASHED_FOLDER) ? 'public, max-age=31536000, immutable' : 'no-cache'
    return reply
      .headers({ ...HEADERS, 'Cache-Control': caching })
      .type(TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream')
      .send(content)
  }
  app.get('/console', async (_request, reply) => send(reply, PAGE))
  app.get<{ Params: { '*': string } }>('/console/*', async ({ params: { '*': path } }, reply) =>
    send(reply, files.has(path) || path.startsWith(HASHED_FOLDER) ? path : PAGE),
  )
}
