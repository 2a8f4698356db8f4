import { type Config, ConfigError, describeSettings, type Env, loadConfig } from '../../config.js'
import { didYouMean } from '../suggest.js'
import { type Finding, ok, problem, warning } from './finding.js'

const MIN_NODE = [20, 20] as const
/** Read by the commands that speak to a server, and by the program's own tools. */
const OTHER_SETTINGS = ['RECOLLECT_URL', 'RECOLLECT_USERNAME', 'RECOLLECT_PASSWORD']

/** Whether this Node can run the server. @param version as `process.versions.node` has it */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isOld = major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1])
  return isOld
    ? problem(`Node ${version} is too old`, `install Node ${MIN_NODE.join('.')} or newer`)
    : ok(`Node ${version}`)
}

/** The settings, when they can be used, and what is to be said of them. */
export function checkSettings(env: Env): { readonly config: Config | undefined; readonly findings: Finding[] } {
  const unknown = findUnknown(env)
  try {
    const config = loadConfig(env)
    return { config, findings: unknown.length > 0 ? unknown : [ok('every setting can be used')] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const wrong = error.problems.map((text) => {
      const [what = text, mend] = text.split(/: (?=give )/)
      return problem(what, mend ?? 'see docs/operating.md')
    })
    return { config: undefined, findings: [...wrong, ...unknown] }
  }
}

/** A misspelt setting is ignored by the server, which its owner may not expect. */
function findUnknown(env: Env): Finding[] {
  const known = [...describeSettings().map(({ name }) => name), ...OTHER_SETTINGS]
  return Object.keys(env)
    .filter((name) => name.startsWith('RECOLLECT_') && !known.includes(name))
    .map((name) =>
      warning(
        `${name} is no setting of this program${didYouMean(name, known)}`,
        'rename or remove it; recollect serve --help lists the settings',
      ),
    )
}
