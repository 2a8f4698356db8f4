import { Worker } from 'node:worker_threads'
import { ThreadEncoder } from '../src/embedding/thread.js'
import { loadUseLite, type UseLite } from '../src/embedding/use-lite.js'
import { median, percentile } from './statistics.js'

/**
 * How fast the built-in encoder is: `npm run build && npx tsx bench/encoder.ts`. Prints Markdown. "Thread" is a query
 * through the encoder's thread, from the call to the vector; "behind documents" the same while documents are encoded.
 */

const TOKENS = [10, 14, 23, 54, 128]
const WARM_UP = 30
const RUNS = 200
const WORDS =
  'a technician came on Tuesday and took out the gas valve of the boiler in the cellar, then he went up to both floors and left a note that it must be seen again after ten days'.split(
    ' ',
  )

/** A text of exactly so many tokens. */
function makeText({ tokenize }: UseLite, tokens: number): string {
  let text = ''
  for (let at = 0; ; at += 1) {
    const longer = `${text} ${WORDS[at % WORDS.length]}`.trim()
    const count = tokenize(longer).length
    if (count === tokens) return longer
    if (count < tokens) text = longer
  }
}

async function measure(work: () => unknown): Promise<number[]> {
  for (let run = 0; run < WARM_UP; run += 1) await work()
  const times: number[] = []
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  return times.toSorted((a, b) => a - b)
}

function format(times: readonly number[]): string {
  return `${median(times).toFixed(2)} / ${percentile(times, 0.95).toFixed(2)}`
}

/** Keeps the thread busy with long documents until it is told to stop. */
function keepBusy(encoder: ThreadEncoder, text: string): { stop(): Promise<void> } {
  let running = true
  const loop = async () => {
    while (running) await encoder.encode(new Array<string>(8).fill(text))
  }
  const done = loop()
  return {
    stop: () => {
      running = false
      return done
    },
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`

const before = process.memoryUsage()
const loadStart = performance.now()
const model = await loadUseLite()
const loadMs = performance.now() - loadStart
const texts = TOKENS.map((tokens) => makeText(model, tokens))

const startWorker = (workerData: unknown) =>
  new Worker(new URL('../build/embedding/encoder-worker.js', import.meta.url), { workerData })
const threadStart = performance.now()
const encoder = new ThreadEncoder({ startWorker })
await encoder.encode(['first'])
const threadMs = performance.now() - threadStart

console.log('| tokens | texts/s | ms p50 / p95 | tokenizer | thread | thread, behind documents |')
console.log('|---|---|---|---|---|---|')
for (const [index, text] of texts.entries()) {
  const direct = await measure(() => model.encode(text))
  const tokenizer = await measure(() => model.tokenize(text))
  const thread = await measure(() => encoder.encode([text], 'query'))
  const busy = keepBusy(encoder, texts.at(-1) ?? '')
  const behind = await measure(() => encoder.encode([text], 'query'))
  await busy.stop()
  const rate = (1000 * direct.length) / direct.reduce((sum, time) => sum + time, 0)
  const cells = [TOKENS[index], rate.toFixed(0), ...[direct, tokenizer, thread, behind].map(format)]
  console.log(`| ${cells.join(' | ')} |`)
}
console.log()
console.log(`Loading: ${loadMs.toFixed(0)} ms; thread to its first vector: ${threadMs.toFixed(0)} ms.`)
console.log(
  `Memory of the process: ${megabytes(before.rss)} before, ${megabytes(process.memoryUsage().rss)} with two models.`,
)
await encoder.close()
