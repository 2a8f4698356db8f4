import { buildHealthApp } from '../http/app.js'
import type { CommandInput } from './command.js'
import { listen, runNode } from './node.js'
import { requireSharedDatabase } from './shared-database.js'

/** Runs a node that only works until it is told to stop. @param port where to serve health and metrics, if anywhere */
export function runWorkingNode(input: CommandInput, port: number | undefined): Promise<void> {
  return runNode(input, {
    works: true,
    check: (config) => requireSharedDatabase(config, 'worker'),
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
