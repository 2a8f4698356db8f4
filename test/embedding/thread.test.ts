import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { EncoderWorkerData } from '../../src/embedding/encoder-worker.js'
import { ThreadEncoder, type ThreadEncoderOptions } from '../../src/embedding/thread.js'
import { loadUseLite } from '../../src/embedding/use-lite.js'
import { temporaryFolder } from '../support/folder.js'
import { ORACLE } from './oracle.js'

const BUILT_WORKER = new URL('../../build/embedding/encoder-worker.js', import.meta.url)
const BUNDLED_WORKER = new URL('../../dist/encoder-worker.js', import.meta.url)
const TEXTS = ORACLE.map(({ text }) => text)

/** Each test loads the model, some of them several times. */
vi.setConfig({ testTimeout: 60_000 })

const open: ThreadEncoder[] = []
afterEach(() => Promise.all(open.splice(0).map((encoder) => encoder.close())))

function createEncoder(options?: ThreadEncoderOptions): ThreadEncoder {
  const encoder = new ThreadEncoder(options)
  open.push(encoder)
  return encoder
}

/** An encoder whose threads a test can end. */
function createFragileEncoder(url = BUILT_WORKER) {
  const workers: Worker[] = []
  const startWorker = (workerData: EncoderWorkerData) => {
    const worker = new Worker(url, { workerData })
    workers.push(worker)
    return worker
  }
  return { encoder: createEncoder({ startWorker }), workers }
}

/** How many threads of this process have a lower priority than it. */
async function countNice(): Promise<number> {
  const threads = await readdir('/proc/self/task')
  const stats = await Promise.all(threads.map((thread) => readFile(`/proc/self/task/${thread}/stat`, 'utf8')))
  const niceness = stats.map((stat) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]))
  return niceness.filter((nice) => nice > getPriority()).length
}

const failure = (reason: string) => expect.objectContaining({ name: 'EncoderUnavailableError', reason })

describe('the encoder in its thread', () => {
  it('gives the same vectors as in this one, in order, and none for an empty text', async () => {
    const model = await loadUseLite()
    const vectors = await createEncoder().encode([...TEXTS, '', 'last'])
    expect(vectors).toEqual([...TEXTS, '', 'last'].map((text) => model.encode(text)))
    expect(vectors.at(-2)).toBeUndefined()
  })

  it('runs from the bundle, too', async () => {
    const [bundled] = await createFragileEncoder(BUNDLED_WORKER).encoder.encode(['window seat'])
    expect(bundled).toEqual((await loadUseLite()).encode('window seat'))
  })

  it.runIf(process.platform === 'linux')('gives way to other threads', async () => {
    const before = await countNice()
    await createEncoder().encode(['window seat'])
    expect(await countNice()).toBe(before + 1)
  })

  it('answers a query before the documents that were there first', async () => {
    const encoder = createEncoder()
    await encoder.encode(['warm'])
    const order: string[] = []
    const documents = encoder.encode(TEXTS).then(() => order.push('documents'))
    const query = encoder.encode(['Where is my parcel?'], 'query').then(() => order.push('query'))
    await Promise.all([documents, query])
    expect(order).toEqual(['query', 'documents'])
  })

  it('answers an empty list without a thread', async () => {
    const { encoder, workers } = createFragileEncoder()
    expect(await encoder.encode([])).toEqual([])
    expect(workers).toHaveLength(0)
  })

  it('loads the model ahead when told so, once', async () => {
    const { encoder, workers } = createFragileEncoder()
    encoder.warmUp()
    encoder.warmUp()
    await encoder.encode(['hello'])
    expect(workers).toHaveLength(1)
  })
})

describe('a crash of the thread', () => {
  it('fails those who wait, and the next call works', async () => {
    const { encoder, workers } = createFragileEncoder()
    const [before] = await encoder.encode(['hello'])
    const waiting = [encoder.encode(TEXTS), encoder.encode(TEXTS, 'query')]
    const outcomes = Promise.allSettled(waiting)
    await workers[0]?.terminate()
    const rejected = { status: 'rejected', reason: failure('failed') }
    expect(await outcomes).toEqual([rejected, rejected])
    expect(await encoder.encode(['hello'])).toEqual([before])
    expect(workers).toHaveLength(2)
  })

  it('while nobody waits goes unnoticed', async () => {
    const { encoder, workers } = createFragileEncoder()
    await encoder.encode(['hello'])
    await workers[0]?.terminate()
    expect(await encoder.encode(['hello'])).toHaveLength(1)
  })

  it('again and again makes the encoder rest longer and longer, until it answers', async () => {
    let clock = 0
    let modelDirectory: string | undefined = await temporaryFolder()
    let started = 0
    const startWorker = () => {
      started += 1
      return new Worker(BUILT_WORKER, { workerData: { modelDirectory } satisfies EncoderWorkerData })
    }
    const encoder = createEncoder({ now: () => clock, startWorker })
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('failed'))
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('failed'))
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('resting'))
    encoder.warmUp()
    expect(started).toBe(2)
    clock = 1000
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('failed'))
    clock = 2999
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('resting'))
    clock = 3000
    modelDirectory = undefined
    expect(await encoder.encode(['a'])).toHaveLength(1)
    expect(started).toBe(4)
  })
})

describe('close', () => {
  it('refuses those who wait and those who come', async () => {
    const encoder = createEncoder()
    const outcome = Promise.allSettled([encoder.encode(TEXTS)])
    await encoder.close()
    expect(await outcome).toEqual([{ status: 'rejected', reason: failure('closed') }])
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('closed'))
  })

  it('is possible twice, and before anything ran', async () => {
    const { encoder, workers } = createFragileEncoder()
    await encoder.close()
    await encoder.close()
    encoder.warmUp()
    expect(workers).toHaveLength(0)
  })
})

describe('the process', () => {
  async function runScript(body: string): Promise<string> {
    const module = fileURLToPath(new URL('../../build/embedding/thread.js', import.meta.url))
    const script = join(await temporaryFolder(), 'script.mjs')
    const start = `import { ThreadEncoder } from ${JSON.stringify(module)}; const encoder = new ThreadEncoder();`
    await writeFile(script, `${start} ${body}`)
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 30_000 })
    return stdout
  }

  it('ends while the model is loaded ahead', async () => {
    expect(await runScript('encoder.warmUp(); process.stdout.write("end")')).toBe('end')
  })

  it('ends after the last answer, and not before it', async () => {
    const body = 'const [vector] = await encoder.encode(["a"]); process.stdout.write(String(vector.length))'
    expect(await runScript(body)).toBe('512')
  })
})
