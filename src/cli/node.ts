import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { type Context, createContext } from '../context.js'
import { recoverJobs } from '../domain/job.js'
import { recoverTexts } from '../domain/recall/encode.js'
import { ensureEncoded } from '../domain/recall/reencode.js'
import { createEncoder } from '../embedding/create.js'
import type { Encoder } from '../embedding/encoder.js'
import { watchEventLoop } from '../event-loop-lag.js'
import { startAuditRetention } from '../jobs/audit.js'
import { startEncoding } from '../jobs/encoding.js'
import { startHousekeeping } from '../jobs/housekeeping.js'
import type { Loop } from '../jobs/loop.js'
import { startWorker } from '../jobs/worker.js'
import { migrate } from '../storage/migrate.js'
import { openTracing } from '../tracing/open.js'
import { CommandError } from './command.js'
import { now } from './database.js'
import type { NodeDatabase } from './node-database.js'

/** Requests in flight get so long to end after SIGTERM; then their connections are closed. */
const DRAIN_MS = 8000

export interface NodeOptions {
  /** Whether this node works on background jobs and encodes texts. */
  readonly works: boolean
  /** Opens the node's door, if it has one, and returns when it listens. */
  readonly open: (ctx: Context) => Promise<FastifyInstance | undefined>
}

/** Runs a node on its open database from its start to the signal that ends it: what it was doing is finished or given back. */
export async function runNode({ config, log, db, stopped }: NodeDatabase, { works, open }: NodeOptions): Promise<void> {
  const tracing = await openTracing(config, log)
  const encoder = createEncoder(config)
  try {
    await migrate(db, now())
    const ctx = await createContext(config, { db, log, now, encoder, tracing })
    watchEventLoop(ctx.metrics.eventLoopLag)
    await recoverJobs(ctx)
    await recoverTexts(ctx)
    await ensureEncoded(ctx)
    const app = await open(ctx)
    const loops = works ? startLoops(ctx) : []
    log.info({ signal: await stopped }, 'stopping')
    await stop(ctx, app, encoder, loops)
  } finally {
    await encoder?.close()
    await tracing?.close()
  }
}

function startLoops(ctx: Context): Loop[] {
  const encoding = ctx.encoder === undefined ? [] : [startEncoding(ctx, ctx.encoder)]
  return [startWorker(ctx), startHousekeeping(ctx), startAuditRetention(ctx), ...encoding]
}

/**
 * Lets an app listen and logs where.
 *
 * @returns its URL
 * @throws CommandError when the port is taken
 */
export async function listen(ctx: Context, app: FastifyInstance, port: number): Promise<string> {
  await app.listen({ host: ctx.config.host, port }).catch(explainListenError)
  const address = app.server.address() as AddressInfo
  const host = ctx.config.host.includes(':') ? `[${ctx.config.host}]` : ctx.config.host
  const url = `${ctx.config.tls === undefined ? 'http' : 'https'}://${host}:${address.port}`
  ctx.log.info({ url }, 'listening')
  // Whoever started the server waits for this line.
  ctx.log.flush()
  return url
}

function explainListenError(error: Error & { code?: string; address?: string; port?: number }): never {
  if (error.code !== 'EADDRINUSE') throw error
  throw new CommandError(`${error.address}:${error.port} is taken by another program: end it or set PORT`)
}

async function stop(
  ctx: Context,
  app: FastifyInstance | undefined,
  encoder: Encoder | undefined,
  loops: readonly Loop[],
): Promise<void> {
  const timer = setTimeout(() => app?.server.closeAllConnections(), DRAIN_MS)
  // Texts under way stay in the queue: nobody has to wait for their vectors.
  await Promise.all([app?.close(), encoder?.close(), ...loops.map((loop) => loop.stop())])
  await ctx.refusedAccess.flush()
  clearTimeout(timer)
}
