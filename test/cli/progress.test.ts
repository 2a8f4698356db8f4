import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { showProgress } from '../../src/cli/progress.js'

/** A stream that remembers what was written. */
function createStream(isTTY: boolean) {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream & { read(): Buffer | null }
  stream.isTTY = isTTY
  return { stream, written: () => String(stream.read() ?? '') }
}

describe('progress', () => {
  it('is a bar on a terminal that fills, with what is done and how fast', () => {
    const { stream, written } = createStream(true)
    let time = 0
    const progress = showProgress(stream, () => time)
    progress.begin('Copying', 1000, 500)
    expect(written()).toContain(`${'█'.repeat(15)}${'░'.repeat(15)} 500 of 1000 rows`)
    time = 1000
    progress.advance('profile', 250)
    expect(written()).toMatch(/^\r.*750 of 1000 rows, 250 rows\/s profile/)
    progress.advance('profile', 250)
    progress.end()
    expect(written()).toMatch(/█{30} 1000 of 1000 rows.*\n$/s)
    progress.end()
    expect(written()).toBe('')
  })

  it('is drawn ten times a second at most', () => {
    const { stream, written } = createStream(true)
    let time = 0
    const progress = showProgress(stream, () => time)
    progress.begin('Copying', 1000)
    written()
    for (; time < 1000; time += 10) progress.advance('profile', 10)
    expect(written().split('\r').length - 1).toBeLessThanOrEqual(10)
  })

  it('is a line for each step where nobody watches', () => {
    const { stream, written } = createStream(false)
    const progress = showProgress(stream, () => 0)
    progress.begin('Copying', 30, 10)
    progress.advance('store', 5)
    progress.advance('profile', 5)
    progress.advance('profile', 10)
    progress.end()
    expect(written()).toBe('Copying: 30 rows, 10 of them done before\n  store: 5 rows\n  profile: 15 rows\n')
  })
})
