import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Api, createApi, createStore, eventually } from '../../support/api.js'
import { lookup } from '../../support/profile.js'
import { createRestartable } from '../restart.js'
import { hasPostgres, signalCluster, useCluster } from './cluster.js'

const OUTAGE_MS = 30_000
const TIMEOUT_MS = 1000

async function startOn(url: string) {
  const folder = await createRestartable({
    env: { DATABASE_URL: url, RECOLLECT_DATABASE_TIMEOUT_MS: String(TIMEOUT_MS) },
  })
  return folder.start()
}

/** What clients get while the database is away: each request is told to come again, none waits for long. */
async function expectUnavailable(api: Api, store: string): Promise<void> {
  const Contact = { email: 'during@example.com' }
  const answers = await Promise.all([
    api('GET', `/v1/Stores/${store}/Profiles`),
    api('POST', `/v1/Stores/${store}/Profiles`, { traits: { Contact } }),
    api('PUT', `/v1/Stores/${store}/Profiles/Bulk`, { profiles: [{ traits: { Contact } }] }),
    api('POST', `/v1/Stores/${store}/Profiles/Lookup`, { idType: 'email', value: Contact.email }),
    api('GET', '/readyz'),
  ])
  for (const { status, headers, body } of answers) {
    expect({ status, code: body.code }).toEqual({ status: 503, code: 20503 })
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
  expect((await api('GET', '/healthz')).status).toBe(200)
  expect(String((await api('GET', '/metrics')).body)).toContain('recollect_http_request_duration_seconds')
}

/** Bulk upserts, which a job does behind the answer. */
async function acceptBulk(api: Api, store: string, count: number): Promise<string[]> {
  const emails = Array.from({ length: count }, (_, index) => `bulk-${index}@example.com`)
  for (const email of emails) {
    const answer = await api('PUT', `/v1/Stores/${store}/Profiles/Bulk`, {
      profiles: [{ traits: { Contact: { email } } }],
    })
    expect(answer.status).toBe(202)
  }
  return emails
}

async function expectRecovered(api: Api, store: string, emails: readonly string[]): Promise<void> {
  await eventually(
    () => api('GET', '/readyz'),
    ({ status }) => status === 200,
  )
  for (const email of emails) {
    await eventually(
      () => lookup(api, store, 'email', email),
      (owners) => owners.length === 1,
      25_000,
    )
  }
  const created = await api('POST', `/v1/Stores/${store}/Profiles`, {
    traits: { Contact: { email: 'after@example.com' } },
  })
  expect(created.status).toBe(202)
}

describe.runIf(await hasPostgres())('PostgreSQL goes away', () => {
  it(`is away for ${OUTAGE_MS / 1000} s: 503 meanwhile, then all goes on without a restart, jobs too`, async () => {
    const cluster = await useCluster()
    const server = await startOn(cluster.url)
    const api = createApi(server)
    const store = await createStore(api)
    const emails = await acceptBulk(api, store, 40)
    await cluster.stop('immediate')
    const end = Date.now() + OUTAGE_MS
    while (Date.now() < end) {
      await expectUnavailable(api, store)
      await sleep(2000)
    }
    await cluster.start()
    await expectRecovered(api, store, emails)
    expect(server.process.exitCode).toBeNull()
  })

  it('hangs: requests are answered when its time is up, and go well when it is back', async () => {
    const cluster = await useCluster()
    const api = createApi(await startOn(cluster.url))
    const store = await createStore(api)
    const emails = await acceptBulk(api, store, 10)
    await signalCluster(cluster, 'SIGSTOP')
    try {
      await expectUnavailable(api, store)
      await expectUnavailable(api, store)
    } finally {
      await signalCluster(cluster, 'SIGCONT')
    }
    await expectRecovered(api, store, emails)
  })

  it('is not there at the start: the server ends with code 69 and says why, without the password', async () => {
    const url = 'postgres://somebody:top-secret@127.0.0.1:1/nowhere'
    const folder = await createRestartable({ env: { DATABASE_URL: url } })
    const failure = await folder.start().catch((error: Error) => error.message)
    expect(failure).toMatch(/ended with code 69/)
    expect(failure).toMatch(/ECONNREFUSED/)
    expect(failure).not.toMatch(/top-secret/)
  })
})
