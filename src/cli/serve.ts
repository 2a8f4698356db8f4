import { type Config, describeSettings } from '../config.js'
import type { Command } from './command.js'
import { withNodeDatabase } from './node-database.js'
import { requireSharedDatabase } from './shared-database.js'

export const serve: Command = {
  name: 'serve',
  summary: 'Serve the API',
  options: {
    'no-worker': { type: 'boolean', help: 'leave background jobs and encoding to `recollect worker`' },
  },
  notes: () =>
    `Settings (environment variables):\n${describeSettings()
      .map(({ name, fallback, description }) => `  ${name} (${fallback || 'unset'})\n      ${description}`)
      .join('\n')}`,
  async run(input) {
    const works = !input.flag('no-worker')
    const check = (config: Config) => {
      if (!works) requireSharedDatabase(config, 'serve --no-worker')
    }
    await withNodeDatabase(input, check, async (database) => {
      // Loaded here: the other commands start in half the time without the server.
      const { runServingNode } = await import('./serve-node.js')
      await runServingNode(database, works)
    })
  },
}
