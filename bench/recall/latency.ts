import { parseArgs } from 'node:util'
import { createMemoryIndex, type MemoryIndex } from '../../src/domain/recall/memory-index.js'
import { termsOf } from '../../src/domain/recall/words.js'
import { createRandom } from '../random.js'
import { median, percentile } from '../statistics.js'
import { measureOverHttp } from './latency-http.js'
import { makeMemories, makeQuestions, makeVector } from './made-up.js'

/**
 * How long recall takes: `npm run build && npx tsx bench/recall/latency.ts`. First the search alone, in this process and
 * with made-up vectors; then whole answers of a server (`--http 200,2000,20000`, or `--http none`).
 */

const SIZES = [200, 2000, 20_000]
const WARM_UP = 30
const RUNS = 200
const EVERYTHING = { limit: 20, threshold: 0, begin: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }

export function formatTimes(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  return `${median(sorted).toFixed(2)} / ${percentile(sorted, 0.95).toFixed(2)} / ${(sorted.at(-1) ?? 0).toFixed(1)}`
}

function build(size: number): { index: MemoryIndex; buildMs: number } {
  const memories = makeMemories(size)
  const index = createMemoryIndex()
  const start = performance.now()
  for (const memory of memories) {
    index.put(memory)
    index.setVectors(memory.id, [memory.vector])
  }
  return { index, buildMs: performance.now() - start }
}

function measureSearch(index: MemoryIndex, withVectors: boolean): number[] {
  const random = createRandom(3)
  const queries = makeQuestions(WARM_UP + RUNS).map((question) => ({
    terms: new Map(termsOf(question).map((term) => [term, 1])),
    vector: withVectors ? makeVector(random) : undefined,
  }))
  const times = queries.map((query) => {
    const start = performance.now()
    index.search(query, EVERYTHING)
    return performance.now() - start
  })
  return times.slice(WARM_UP)
}

const { values } = parseArgs({ options: { http: { type: 'string', default: '200,2000' } } })
console.log('## Search alone, ms (p50 / p95 / longest)\n')
console.log('| memories | words alone | words and vectors | building the index | size |\n|---|---|---|---|---|')
for (const size of SIZES) {
  const { index, buildMs } = build(size)
  const [lexical, hybrid] = [measureSearch(index, false), measureSearch(index, true)]
  const megabytes = (index.bytes() / 1e6).toFixed(1)
  console.log(
    `| ${size} | ${formatTimes(lexical)} | ${formatTimes(hybrid)} | ${buildMs.toFixed(0)} ms | ${megabytes} MB |`,
  )
}
if (values.http !== 'none') await measureOverHttp(values.http.split(',').map(Number))
