import { type Command, CommandError, print } from './command.js'
import type { NamedFinding } from './doctor/finding.js'

const MARKS: Readonly<Record<NamedFinding['status'], string>> = {
  ok: '✓',
  warning: '!',
  problem: '✗',
  skipped: '·',
}
const CHECK_WIDTH = 12

export const doctor: Command = {
  name: 'doctor',
  summary: 'Check what a server needs, and say what to mend',
  options: { json: { type: 'boolean', help: 'Print the findings as JSON' } },
  notes: () =>
    'Looks at Node, the settings, the data folder, free space and synced writes of its disk, the database and its schema, the\nclock, the encoder and the port; with the settings of the server, as the user that runs it, also while it runs. It\nwrites one small file beside the database and removes it. Exit code 0, or 1 when something must be mended.',
  async run(input) {
    // Loaded here: the other commands start faster without the encoder.
    const { examineEverything } = await import('./doctor/checks.js')
    const findings = await examineEverything(input.env)
    const problems = findings.filter(({ status }) => status === 'problem').length
    print(input.flag('json') ? JSON.stringify({ healthy: problems === 0, findings }) : describeFindings(findings))
    if (problems > 0) throw new CommandError(`${problems} problem(s) to mend`)
  },
}

function describeFindings(findings: readonly NamedFinding[]): string {
  const lines = findings.flatMap(({ check, status, message, mend }) => [
    `${MARKS[status]} ${check.padEnd(CHECK_WIDTH)}${message}`,
    ...(mend === undefined ? [] : [`  ${''.padEnd(CHECK_WIDTH)}→ ${mend}`]),
  ])
  const count = (wanted: NamedFinding['status']) => findings.filter(({ status }) => status === wanted).length
  const [problems, warnings] = [count('problem'), count('warning')]
  const verdict = problems + warnings === 0 ? 'All is well.' : `${problems} problem(s), ${warnings} warning(s).`
  return `${lines.join('\n')}\n\n${verdict}`
}
