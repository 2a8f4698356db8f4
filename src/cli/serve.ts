import { describeSettings } from '../config.js'
import type { Command } from './command.js'

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
    // Loaded here: the other commands start in half the time without the server.
    const { runServingNode } = await import('./serve-node.js')
    await runServingNode(input, !input.flag('no-worker'))
  },
}
