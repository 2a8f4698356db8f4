import { readFileSync } from 'node:fs'
import type { Sample } from '../servers.js'

/** The answers by operation, as the parent process wrote them down. */
export function readSamples(): Map<string, Sample> {
  const samples = JSON.parse(readFileSync(process.env.BENCH_SAMPLES ?? '', 'utf8')) as Sample[]
  return new Map(samples.map((sample) => [sample.operationId, sample]))
}
