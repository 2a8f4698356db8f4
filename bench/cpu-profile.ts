import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/**
 * The functions of a CPU profile with the microseconds spent in themselves, longest first, without what was idle. What
 * the processor did for others meanwhile counts too: on a machine that is busy with other work only shares mean something.
 */
export function readProfile(file: string): [place: string, microseconds: number][] {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile
  const places = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const where = url === '' ? '' : ` ${basename(url)}:${lineNumber + 1}`
      return [id, `${functionName || '(anonymous)'}${where}`]
    }),
  )
  const times = new Map<string, number>()
  samples.forEach((id, index) => {
    const place = places.get(id) ?? '?'
    times.set(place, (times.get(place) ?? 0) + (timeDeltas[index] ?? 0))
  })
  times.delete('(idle)')
  return [...times].sort(([, a], [, b]) => b - a)
}
