import type { Config } from '../../config.js'
import { createEncoder } from '../../embedding/create.js'
import { type Finding, ok, problem, reasonOf } from './finding.js'

/** Whether texts get vectors, tried with one. */
export async function checkEncoder(config: Config): Promise<Finding> {
  const encoder = createEncoder(config)
  if (encoder === undefined) return ok('none: memories are recalled by their words alone')
  const start = performance.now()
  try {
    await encoder.encode(['A customer asks about a delivery.'], 'query')
    const took = `${Math.round(performance.now() - start)} ms`
    return ok(`${encoder.model} made a vector of ${encoder.dimensions} numbers (${took} with its start)`)
  } catch (error) {
    const mend =
      config.encoder.kind === 'builtin'
        ? 'install the package anew: npm ci'
        : 'mend RECOLLECT_ENCODER_URL, RECOLLECT_ENCODER_MODEL and RECOLLECT_ENCODER_KEY, or set RECOLLECT_ENCODER=builtin'
    return problem(`no vectors: ${reasonOf(error)}`, mend)
  } finally {
    await encoder.close()
  }
}
