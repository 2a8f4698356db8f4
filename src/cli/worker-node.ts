import { buildHealthApp } from '../http/app.js'
import { listen, runNode } from './node.js'
import type { NodeDatabase } from './node-database.js'

/** Runs a node that only works until it is told to stop. @param port where to serve health and metrics, if anywhere */
export function runWorkingNode(database: NodeDatabase, port: number | undefined): Promise<void> {
  return runNode(database, {
    works: true,
    async open(ctx) {
      if (port === undefined) {
        ctx.log.info('working')
        return undefined
      }
      const app = buildHealthApp(ctx)
      await listen(ctx, app, port)
      return app
    },
  })
}
