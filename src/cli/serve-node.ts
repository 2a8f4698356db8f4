import type { Context } from '../context.js'
import { createFirstAccount, ensureAccounts } from '../domain/account.js'
import { buildApp } from '../http/app.js'
import { print } from './command.js'
import { listen, runNode } from './node.js'
import type { NodeDatabase } from './node-database.js'
import { firstAccountBanner, readyBanner } from './serve-banner.js'

/** Runs a node that serves the API until it is told to stop. @param works whether it does the background work too */
export function runServingNode(database: NodeDatabase, works: boolean): Promise<void> {
  return runNode(database, {
    works,
    async open(ctx) {
      const app = await buildApp(ctx)
      await ensureAccounts(ctx, ctx.config.accounts)
      const url = await listen(ctx, app, ctx.config.port)
      for (const text of await welcome(ctx, url)) print(text)
      return app
    },
  })
}

/**
 * What to print at the start. With no accounts at all one is made; not before the server listens, because its token is
 * shown only once, wherever the output goes. All else is for a person at a terminal: elsewhere the log says enough.
 */
async function welcome(ctx: Context, url: string): Promise<string[]> {
  const first = await createFirstAccount(ctx)
  return [
    ...(first === undefined ? [] : [firstAccountBanner(url, first)]),
    ...(process.stdout.isTTY ? [readyBanner(url)] : []),
  ]
}
