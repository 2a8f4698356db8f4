import { CompiledQuery } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadConfig } from '../../src/config.js'
import { createLogger } from '../../src/log.js'
import { openDatabase } from '../../src/storage/open.js'
import { readOne } from '../../src/storage/statement.js'
import { newDataDir } from '../support/database.js'
import { databaseEnv, engine } from '../support/engine.js'

/** A database of two connections for reads. */
async function open(env: Record<string, string> = {}) {
  const config = loadConfig({ ...(await databaseEnv(await newDataDir())), ...env })
  const log = createLogger('silent')
  const db = await openDatabase({ ...config, databaseConnections: 2 }, { now: Date.now, exclusive: true, log })
  onTestFinished(() => db.close())
  const read = <T>(text: string) =>
    readOne(db.read, {
      query: CompiledQuery.raw(text),
      toResult: (rows) => (rows as readonly { value: T }[])[0]?.value,
    })
  return { read, readBackend: () => read<number>('select pg_backend_pid() as value') }
}

describe.runIf(engine === 'postgres')('reads on PostgreSQL', () => {
  it('of one turn share a connection, up to sixteen of them', async () => {
    const { readBackend } = await open()
    const backends = await Promise.all(Array.from({ length: 32 }, readBackend))
    expect([new Set(backends.slice(0, 16)).size, new Set(backends.slice(16)).size]).toEqual([1, 1])
    expect(new Set(backends).size).toBe(2)
  })

  it('give their connection back, however many turns there are', async () => {
    const { readBackend } = await open()
    for (let turn = 0; turn < 50; turn += 1) await Promise.all([readBackend(), readBackend(), readBackend()])
    const backends = await Promise.all(Array.from({ length: 40 }, readBackend))
    expect(new Set(backends).size).toBe(2)
  })

  it('do not share their failures', async () => {
    const { read } = await open()
    const results = await Promise.allSettled([
      read('select 1 as value'),
      read('select 1 / 0 as value'),
      read('select 3 as value'),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await read('select 4 as value')).toBe(4)
  })

  it('go on with another connection when theirs breaks', async () => {
    const { read } = await open({ RECOLLECT_DATABASE_TIMEOUT_MS: '300' })
    const results = await Promise.allSettled([
      read('select 1 as value'),
      read('select pg_terminate_backend(pg_backend_pid()) as value'),
      read('select 3 as value'),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(await Promise.all([read('select 4 as value'), read('select 5 as value')])).toEqual([4, 5])
  })

  it('are all told when there is no database', async () => {
    const { read } = await open({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nowhere' })
    const results = await Promise.allSettled([read('select 1'), read('select 2')])
    for (const result of results) expect(result).toMatchObject({ reason: { name: 'StorageUnavailableError' } })
  })
})
