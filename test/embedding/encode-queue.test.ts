import { describe, expect, it } from 'vitest'
import { createEncodeQueue, type EncodeJob } from '../../src/embedding/encode-queue.js'
import type { EncodePurpose } from '../../src/embedding/encoder.js'

/** A queue whose encoder notes the order in which it sees the texts. */
function createNotedQueue() {
  const queue = createEncodeQueue()
  const seen: string[] = []
  const done: EncodeJob[] = []
  let nextId = 1
  return {
    seen,
    done,
    add: (purpose: EncodePurpose, ...texts: string[]) => queue.add({ id: nextId++, purpose, texts }),
    step: () => {
      const job = queue.encodeNext((text) => {
        seen.push(text)
        return text === '' ? undefined : Float32Array.of(text.length)
      })
      if (job !== undefined && job !== 'more') done.push(job)
      return job
    },
  }
}

describe('the queue of the encoder', () => {
  it('lets a query in after the text under way, not after the request', () => {
    const { add, step, seen } = createNotedQueue()
    add('document', 'a', 'b', 'c')
    add('document', 'd')
    step()
    add('query', 'q')
    while (step() !== undefined);
    expect(seen).toEqual(['a', 'q', 'b', 'c', 'd'])
  })

  it('answers queries in the order they came, and each request with its own vectors', () => {
    const { add, step, done } = createNotedQueue()
    add('document', 'long', '')
    add('query', 'one')
    add('query', 'to')
    while (step() !== undefined);
    expect(done.map(({ request, vectors }) => [request.id, vectors])).toEqual([
      [2, [Float32Array.of(3)]],
      [3, [Float32Array.of(2)]],
      [1, [Float32Array.of(4), undefined]],
    ])
  })

  it('has nothing to do when it is empty', () => {
    expect(createNotedQueue().step()).toBeUndefined()
  })

  it('answers a request without texts', () => {
    const { add, step, done } = createNotedQueue()
    add('query')
    step()
    expect(done).toHaveLength(1)
  })
})
