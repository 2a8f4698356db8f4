import type { Config } from '../config.js'
import { type Command, UsageError } from './command.js'
import { withNodeDatabase } from './node-database.js'
import { requireSharedDatabase } from './shared-database.js'

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
    const check = (config: Config) => requireSharedDatabase(config, 'worker')
    await withNodeDatabase(input, check, async (database) => {
      const { runWorkingNode } = await import('./worker-node.js')
      await runWorkingNode(database, port)
    })
  },
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT) return Number(text)
  throw new UsageError(`--port is "${text}": give a port from 0 to ${MAX_PORT}`)
}
