import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { describeSettings, loadConfig } from '../config.js'
import { type Context, createContext } from '../context.js'
import { createAccount, ensureAccounts, listAccounts } from '../domain/account.js'
import { removeOrphanedUploads } from '../domain/imports/upload.js'
import { recoverJobs } from '../domain/job.js'
import { ensureEncoded } from '../domain/recall/reencode.js'
import { createEncoder } from '../embedding/create.js'
import type { Encoder } from '../embedding/encoder.js'
import { buildApp } from '../http/app.js'
import { startEncoding } from '../jobs/encoding.js'
import type { Loop } from '../jobs/loop.js'
import { startWorker } from '../jobs/worker.js'
import { createLogger } from '../log.js'
import { migrate } from '../storage/migrate.js'
import { openDatabase } from '../storage/open.js'
import { type Command, CommandError, print } from './command.js'
import { now } from './database.js'
import { firstAccountBanner, readyBanner } from './serve-banner.js'

/** Requests in flight get so long to end after SIGTERM; then their connections are closed. */
const DRAIN_MS = 8000

export const serve: Command = {
  name: 'serve',
  summary: 'Serve the API',
  options: {},
  notes: () =>
    `Settings (environment variables):\n${describeSettings()
      .map(({ name, fallback, description }) => `  ${name} (${fallback || 'unset'})\n      ${description}`)
      .join('\n')}`,
  async run({ env }) {
    const config = loadConfig(env)
    // What the server writes is for its own user only.
    process.umask(0o077)
    const log = createLogger(config.logLevel)
    const db = openDatabase(config, { now, exclusive: true, log })
    const stopped = waitForSignal()
    const encoder = createEncoder(config)
    try {
      await migrate(db, now())
      const ctx = await createContext(config, { db, log, now, encoder })
      await recoverJobs(ctx)
      await ensureEncoded(ctx)
      const app = await buildApp(ctx)
      await ensureAccounts(ctx, config.accounts)
      const url = await listen(ctx, app)
      for (const text of await welcome(ctx, url)) print(text)
      const loops = [startWorker(ctx), ...(encoder === undefined ? [] : [startEncoding(ctx, encoder)])]
      void removeOrphanedUploads(ctx).catch((error) => log.warn({ err: error }, 'old uploads could not be removed'))
      log.info({ signal: await stopped }, 'stopping')
      await stop(app, encoder, loops)
    } finally {
      await encoder?.close()
      await db.close()
    }
    log.info('stopped')
  },
}

function waitForSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
  })
}

/**
 * What to print at the start. With no accounts at all one is made; not before the server listens, because its token is
 * shown only once.
 */
async function welcome(ctx: Context, url: string): Promise<string[]> {
  if ((await listAccounts(ctx)).length > 0) return [readyBanner(url)]
  return [firstAccountBanner(url, await createAccount(ctx)), readyBanner(url)]
}

async function listen(ctx: Context, app: FastifyInstance): Promise<string> {
  await app.listen({ host: ctx.config.host, port: ctx.config.port }).catch(explainListenError)
  const { port } = app.server.address() as AddressInfo
  const host = ctx.config.host.includes(':') ? `[${ctx.config.host}]` : ctx.config.host
  const url = `http://${host}:${port}`
  ctx.log.info({ url }, 'listening')
  return url
}

function explainListenError(error: Error & { code?: string; address?: string; port?: number }): never {
  if (error.code !== 'EADDRINUSE') throw error
  throw new CommandError(`${error.address}:${error.port} is taken by another program: end it or set PORT`)
}

async function stop(app: FastifyInstance, encoder: Encoder | undefined, loops: readonly Loop[]): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS)
  // Texts under way stay in the queue: nobody has to wait for their vectors.
  await Promise.all([app.close(), encoder?.close(), ...loops.map((loop) => loop.stop())])
  clearTimeout(timer)
}
