import { expect, it } from 'vitest'
import { eventually } from '../support/api.js'
import { engine } from '../support/engine.js'
import { readMetrics, sumOf } from '../support/metrics.js'
import { createProfile } from '../support/profile.js'
import { useOwnServer } from '../support/use-server.js'

const { api, server, store } = useOwnServer({ env: { RECOLLECT_MAX_JOINED_PROFILES: '2' } })

const read = () => readMetrics(server().url)

/** What a metric rises by while `work` runs. */
async function riseOf(name: string, labels: Record<string, string>, work: () => Promise<unknown>): Promise<number> {
  const before = sumOf(await read(), name, labels) ?? 0
  await work()
  return (sumOf(await read(), name, labels) ?? 0) - before
}

const profiles = () => `/v1/Stores/${store()}/Profiles`

it('counts each request under its operation and status', async () => {
  const count = 'recollect_http_request_duration_seconds_count'
  const id = await createProfile(api, store(), { Contact: { email: 'counted@example.com' } })
  expect(
    await riseOf(count, { operation: 'FetchProfile', status: '200' }, () => api('GET', `${profiles()}/${id}`)),
  ).toBe(1)
  const missing = `${profiles()}/mem_profile_00000000000000000000000000`
  expect(await riseOf(count, { operation: 'FetchProfile', status: '404' }, () => api('GET', missing))).toBe(1)
})

it('counts writes by what identity resolution did', async () => {
  const rise = (outcome: string, contact: Record<string, string>) =>
    riseOf('recollect_identity_resolutions_total', { outcome }, () =>
      api('POST', profiles(), { traits: { Contact: contact } }),
    )
  expect(await rise('created', { email: 'x@example.com' })).toBe(1)
  expect(await rise('updated', { email: 'x@example.com' })).toBe(1)
  expect(await rise('created', { phone: '+13175550160' })).toBe(1)
  expect(await rise('merged', { email: 'x@example.com', phone: '+13175550160' })).toBe(1)
  const refused = 'recollect_identity_hub_refusals_total'
  const other = { email: 'y@example.com', phone: '+13175550160' }
  expect(await riseOf(refused, {}, () => createProfile(api, store(), { Contact: other }))).toBe(1)
  expect(await riseOf(refused, {}, () => createProfile(api, store(), { Contact: { email: 'z@example.com' } }))).toBe(0)
})

it('measures the stages of recall, the encoder and the caches', async () => {
  const id = await createProfile(api, store(), { Contact: { email: 'recalled@example.com' } })
  const observations = [{ content: 'Rides a red bicycle', occurredAt: '2026-01-05T10:00:00Z', source: 'test' }]
  await api('POST', `${profiles()}/${id}/Observations`, { observations })
  const ask = () => api('POST', `${profiles()}/${id}/Recall`, { query: 'what does she ride?' })
  await eventually(read, (lines) => sumOf(lines, 'recollect_texts_queued') === 0)
  const before = await read()
  const asked = [await ask(), await ask()]
  expect(asked.map(({ status }) => status)).toEqual([200, 200])
  const after = await read()
  const rise = (name: string, labels: Record<string, string>) =>
    (sumOf(after, name, labels) ?? 0) - (sumOf(before, name, labels) ?? 0)
  for (const stage of ['query', 'index', 'search', 'read']) {
    expect(rise('recollect_recall_stage_duration_seconds_count', { stage })).toBe(2)
  }
  expect(rise('recollect_encoder_call_duration_seconds_count', { purpose: 'query', outcome: 'done' })).toBe(1)
  for (const cache of ['query_vector', 'recall_index']) {
    expect(rise('recollect_cache_requests_total', { cache, outcome: 'miss' })).toBe(1)
    expect(rise('recollect_cache_requests_total', { cache, outcome: 'hit' })).toBe(1)
  }
  for (const cache of ['credential', 'store'])
    expect(rise('recollect_cache_requests_total', { cache })).toBeGreaterThan(0)
  expect(sumOf(after, 'recollect_recall_cache_bytes')).toBeGreaterThan(0)
})

it('measures commits, batches and the event loop, and tells what waits', async () => {
  const rise = await riseOf('recollect_database_commit_duration_seconds_count', {}, () =>
    createProfile(api, store(), { Contact: { email: 'commit@example.com' } }),
  )
  expect(rise).toBeGreaterThan(0)
  const lines = await eventually(read, (found) => (sumOf(found, 'recollect_event_loop_lag_seconds_count') ?? 0) > 0)
  expect(sumOf(lines, 'recollect_database_commit_transactions_count')).toBeGreaterThan(0)
  expect(sumOf(lines, 'recollect_write_batch_size_count')).toBeGreaterThan(0)
  const own = engine === 'sqlite' ? ['foreground', 'background'] : ['reads', 'transactions']
  for (const queue of ['profile_writes', 'memory_writes', ...own]) {
    for (const name of ['recollect_waiting', 'recollect_waiting_oldest_seconds']) {
      await eventually(read, (found) => sumOf(found, name, { queue }) === 0)
    }
  }
})

it('tells sizes, and what only SQLite knows on SQLite alone', async () => {
  const lines = await read()
  expect(sumOf(lines, 'recollect_database_bytes')).toBeGreaterThan(0)
  for (const name of ['recollect_database_wal_bytes', 'recollect_data_folder_free_bytes']) {
    expect(sumOf(lines, name) !== undefined, name).toBe(engine === 'sqlite')
  }
  expect(sumOf(lines, 'recollect_build_info', { engine })).toBe(1)
})

it('holds nothing of what customers said or are', async () => {
  await createProfile(api, store(), { Contact: { email: 'secret-person@example.com', firstName: 'Zebulon' } })
  const text = await (await fetch(`${server().url}/metrics`)).text()
  for (const word of ['secret-person', 'Zebulon', store(), server().account.sid]) expect(text).not.toContain(word)
})
