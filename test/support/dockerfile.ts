import { readFileSync } from 'node:fs'

/** The Dockerfile of the project, and what is in it. */
export const DOCKERFILE = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')

interface Dockerfile {
  readonly bases: readonly string[]
  /** Commands of all stages, in order. */
  readonly runs: readonly string[]
  /** What the last stage takes from the first: from, to. */
  readonly copies: readonly (readonly [string, string])[]
  readonly healthCheck: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** The user of the last stage. */
  readonly user: string | undefined
}

export function readDockerfile(): Dockerfile {
  const lines = DOCKERFILE.replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
  const all = (keyword: string) =>
    lines.filter((line) => line.startsWith(`${keyword} `)).map((line) => line.slice(keyword.length + 1).trim())
  const pairs = all('ENV').flatMap((text) => [...text.matchAll(/(\w+)=(\S+)/g)])
  const [, command = '[]'] = /CMD (\[.*\])$/.exec(all('HEALTHCHECK')[0] ?? '') ?? []
  return {
    bases: all('FROM').map((text) => text.split(' ', 1)[0] ?? ''),
    runs: all('RUN'),
    copies: all('COPY').flatMap((text) => {
      const [, from, to] = /^--from=build (\S+) (\S+)$/.exec(text) ?? []
      return from === undefined || to === undefined ? [] : [[from, to] as const]
    }),
    healthCheck: JSON.parse(command) as string[],
    environment: Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value])),
    user: all('USER').at(-1),
  }
}
