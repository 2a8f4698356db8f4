import { type Config, ConfigError } from '../config.js'
import { buildHealthApp } from '../http/app.js'
import { type Command, UsageError } from './command.js'
import { listen, runNode } from './node.js'

const MAX_PORT = 65_535

export const worker: Command = {
  name: 'worker',
  summary: 'Work on background jobs and encode texts, beside nodes that serve',
  options: {
    port: { type: 'string', placeholder: 'PORT', help: 'serve /healthz, /readyz and /metrics there' },
  },
  notes: () => 'The settings are those of `recollect serve`; DATABASE_URL says where the shared PostgreSQL is.',
  async run(input) {
    const port = parsePort(input.text('port'))
    await runNode(input, {
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
  },
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT) return Number(text)
  throw new UsageError(`--port is "${text}": give a port from 0 to ${MAX_PORT}`)
}

/** One process alone serves a SQLite folder, so there everything is in it. @throws ConfigError */
export function requireSharedDatabase(config: Config, command: string): void {
  if (config.databaseUrl !== undefined) return
  throw new ConfigError([`recollect ${command} needs a database that several processes share: set DATABASE_URL`])
}
