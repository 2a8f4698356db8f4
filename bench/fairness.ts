import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Engine, readEngine } from './options.js'
import { type BenchDatabase, openBenchDatabase } from './postgres.js'
import { killAll } from './process.js'
import { createBench, startRecollect } from './servers.js'
import { median, percentile } from './statistics.js'

/**
 * What a tenant notices of another: `npm run bench:fairness -- [--engine postgres] [--rounds 3] [--seconds 6]`. One account
 * works at an even pace, first alone, then beside another account that floods or imports; exits 1 when the p99 of its
 * requests is more than three times what it was alone.
 */

const MAX_RATIO = 3
const PAUSE_MS = 4
const FLOOD_CONNECTIONS = 64
const IMPORT_ROWS = 400_000
const FLOOD = fileURLToPath(new URL('./flood.ts', import.meta.url))

interface Tenant {
  readonly authorization: string
  readonly store: string
}

type Call = (method: string, path: string, body?: unknown) => Promise<Response>

function caller(url: string, authorization: string): Call {
  return (method, path, body) =>
    fetch(path.startsWith('http') ? path : url + path, {
      method,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
}

async function openTenant(url: string, authorization: string): Promise<Tenant> {
  const call = caller(url, authorization)
  const accepted = await call('POST', '/v1/ControlPlane/Stores', {
    displayName: `fair-${randomBytes(4).toString('hex')}`,
  })
  const { statusUrl } = (await accepted.json()) as { statusUrl: string }
  const operation = (await (await call('GET', statusUrl)).json()) as { result: { id: string } }
  return { authorization, store: operation.result.id }
}

let people = 0

/** Works evenly: creates, fetches, patches. @returns milliseconds of each request, sorted */
async function work(url: string, { authorization, store }: Tenant, seconds: number): Promise<number[]> {
  const call = caller(url, authorization)
  const path = `/v1/Stores/${store}/Profiles`
  const times: number[] = []
  const timed = async (...args: Parameters<Call>) => {
    const start = performance.now()
    const response = await call(...args)
    const body = (await response.json()) as { id: string }
    times.push(performance.now() - start)
    if (!response.ok) throw new Error(`${args[0]} was answered ${response.status}`)
    await sleep(PAUSE_MS)
    return body
  }
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    people += 1
    const { id } = await timed('POST', path, { traits: { Contact: { email: `steady-${people}@example.com` } } })
    await timed('GET', `${path}/${id}`)
    await timed('PATCH', `${path}/${id}`, { traits: { Contact: { firstName: `Ada ${people}` } } })
  }
  return times.sort((a, b) => a - b)
}

/** Begins to disturb; resolves with what ends it. */
type Disturb = (url: string, tenant: Tenant) => Promise<() => Promise<void>>

const flood: Disturb = async (url, { authorization, store }) => {
  const child = spawn('npx', ['tsx', FLOOD, url, authorization, store, String(FLOOD_CONNECTIONS)], { detached: true })
  await sleep(2000)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return async () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    await ended
  }
}

const importing: Disturb = async (url, { authorization, store }) => {
  const call = caller(url, authorization)
  const rows = Array.from({ length: IMPORT_ROWS }, (_, row) => `row-${people}-${row}@example.com,Ulm`)
  const csv = `mail,city\n${rows.join('\n')}\n`
  const path = `/v1/Stores/${store}/Profiles/Imports`
  const created = await call('POST', path, {
    filename: 'people.csv',
    fileSize: csv.length,
    columnMappings: [
      { columnName: 'mail', traitGroup: 'Contact', traitName: 'email' },
      { columnName: 'city', traitGroup: 'Contact', traitName: 'city' },
    ],
  })
  const { url: uploadUrl, importId } = (await created.json()) as { url: string; importId: string }
  await call('PUT', uploadUrl, csv)
  await sleep(500)
  return async () => {
    const { status } = (await (await call('GET', `${path}/${importId}`)).json()) as { status: string }
    if (status !== 'PROCESSING')
      throw new Error(`the import was ${status} before the measurement ended: give it more rows`)
    // Ends the import with its store.
    await call('DELETE', `/v1/ControlPlane/Stores/${store}`)
    await sleep(1000)
  }
}

const DISTURBANCES: Readonly<Record<string, Disturb>> = { flood, import: importing }

async function measure(url: string, tenants: readonly string[], rounds: number, seconds: number): Promise<number> {
  const [steady = '', other = ''] = tenants
  const tenant = await openTenant(url, steady)
  await work(url, tenant, 2)
  let worst = 0
  for (const [name, disturb] of Object.entries(DISTURBANCES)) {
    const ratios: number[] = []
    for (let round = 1; round <= rounds; round += 1) {
      const alone = await work(url, tenant, seconds)
      const stop = await disturb(url, await openTenant(url, other))
      const beside = await work(url, tenant, seconds)
      await stop()
      const [quiet, loud] = [percentile(alone, 0.99), percentile(beside, 0.99)]
      ratios.push(loud / quiet)
      const text = [percentile(alone, 0.5), quiet, percentile(beside, 0.5), loud].map((ms) => ms.toFixed(1))
      console.log(`${name} ${round}: alone p50 ${text[0]} p99 ${text[1]} ms, beside p50 ${text[2]} p99 ${text[3]} ms`)
    }
    console.log(`${name}: p99 is ${median(ratios).toFixed(2)} times that of alone`)
    worst = Math.max(worst, median(ratios))
  }
  return worst
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { engine: { type: 'string' }, rounds: { type: 'string' }, seconds: { type: 'string' } },
  })
  const engine: Engine = readEngine(values.engine ?? 'sqlite')
  const folder = mkdtempSync(join(tmpdir(), 'recollect-fairness-'))
  let database: BenchDatabase | undefined
  try {
    database = await openBenchDatabase(engine)
    const accounts = [1, 2].map(() =>
      [`AC${randomBytes(16).toString('hex')}`, randomBytes(16).toString('hex')].join(':'),
    )
    const settings = { RECOLLECT_ACCOUNTS: accounts.join(','), RECOLLECT_MAX_STORES: '1000', RECOLLECT_ENCODER: 'none' }
    const server = await startRecollect(createBench(folder, { databaseUrl: database?.url, settings }))
    const headers = accounts.map((account) => `Basic ${Buffer.from(account).toString('base64')}`)
    const worst = await measure(server.url, headers, Number(values.rounds ?? 3), Number(values.seconds ?? 6))
    await server.stop()
    if (worst > MAX_RATIO) {
      console.error(`The p99 rose ${worst.toFixed(2)}-fold, more than ${MAX_RATIO}-fold`)
      process.exitCode = 1
    }
  } finally {
    killAll()
    await database?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
