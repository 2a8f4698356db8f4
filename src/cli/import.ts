import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ClientConfig, ConfigError, loadClientConfig } from '../config.js'
import type { ListMeta } from '../contract/common.js'
import type { DataMapping } from '../contract/data-mapping.js'
import type { ColumnMapping, ImportProgress } from '../contract/import.js'
import { StorageUnavailableError } from '../errors.js'
import { type Command, CommandError, type CommandInput, print, UsageError } from './command.js'

const POLL_MS = 200
const BAR_WIDTH = 30
const MEGABYTE = 1_000_000

export const importFile: Command = {
  name: 'import',
  summary: 'Import a CSV file of profiles through the API of a running server',
  positionals: ['FILE'],
  options: {
    store: { type: 'string', placeholder: 'mem_store_…', help: 'Store to import into (required)' },
    map: {
      type: 'string',
      multiple: true,
      placeholder: 'COLUMN=GROUP.TRAIT',
      help: 'Trait that a column is written to (two or more)',
    },
    mapping: { type: 'string', placeholder: 'NAME', help: 'Use the saved data mapping of that name instead of --map' },
    json: { type: 'boolean', help: 'Print the result as JSON' },
  },
  notes: () =>
    'Server and credentials: RECOLLECT_URL (http://127.0.0.1:8080), RECOLLECT_USERNAME (account or key SID),\nRECOLLECT_PASSWORD (its token or secret).',
  async run(input) {
    const api = createClient(loadClientConfig(input.env))
    const store = input.text('store')
    if (store === undefined) throw new UsageError('import needs --store mem_store_…')
    const columnMappings = await readMappings(api, input, store)
    const result = await runImport(api, input, store, columnMappings)
    report(input, store, result)
  },
}

async function readMappings(api: Client, input: CommandInput, store: string): Promise<ColumnMapping[]> {
  const saved = input.text('mapping')
  const given = input.texts('map').map(parseMapping)
  if (saved === undefined && given.length < 2) {
    throw new UsageError('import needs --map COLUMN=GROUP.TRAIT at least twice, or --mapping NAME')
  }
  if (saved !== undefined && given.length > 0) throw new UsageError('give --map or --mapping, not both')
  return saved === undefined ? given : fetchMapping(api, store, saved)
}

/** The columns of a saved INGRESS mapping. */
async function fetchMapping(api: Client, store: string, name: string): Promise<ColumnMapping[]> {
  const path = `/v1/ControlPlane/Stores/${store}/DataMappings?type=INGRESS&pageSize=100`
  for (let token: string | undefined = ''; token !== undefined; ) {
    const page = (await api('GET', `${path}${token && `&pageToken=${token}`}`)) as MappingPage
    const found = page.dataMappings.find(({ displayName }) => displayName === name)
    if (found?.isEnabled === false) throw new CommandError(`the data mapping "${name}" is disabled`)
    if (found !== undefined) {
      return found.mappingTo.mappings.map(({ expression, ...trait }) => ({ columnName: expression, ...trait }))
    }
    token = page.meta.nextToken
  }
  throw new CommandError(`the store has no INGRESS data mapping "${name}"`)
}

interface MappingPage {
  readonly dataMappings: readonly DataMapping[]
  readonly meta: ListMeta
}

function parseMapping(text: string): ColumnMapping {
  const match = /^(.+)=([^=.]+)\.([^=]+)$/.exec(text)
  if (match?.[1] && match[2] && match[3]) return { columnName: match[1], traitGroup: match[2], traitName: match[3] }
  throw new UsageError(`--map "${text}": give COLUMN=GROUP.TRAIT, such as e_mail=Contact.email`)
}

type Client = (method: string, path: string, body?: unknown) => Promise<unknown>

function createClient({ url, username, password }: ClientConfig): Client {
  if (username === undefined || password === undefined) {
    throw new UsageError('set RECOLLECT_USERNAME and RECOLLECT_PASSWORD to the credentials of the server')
  }
  if (!URL.canParse(url)) {
    throw new ConfigError([`RECOLLECT_URL is "${url}": give an http or https address like http://127.0.0.1:8080`])
  }
  // The server may be behind a path of a proxy.
  const base = url.replace(/\/+$/, '')
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return async (method, path, body) => {
    const response = await send(new URL(base + path), {
      method,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as { message?: string }
    if (!response.ok) throw new CommandError(`the server answers ${response.status}: ${answer.message}`)
    return answer
  }
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch {
    throw new StorageUnavailableError(`there is no server at ${url.origin}: start one or set RECOLLECT_URL`)
  }
}

async function runImport(
  api: Client,
  input: CommandInput,
  store: string,
  columnMappings: ColumnMapping[],
): Promise<ImportProgress> {
  const [file = ''] = input.positionals
  const info = await stat(file).catch(() => undefined)
  if (info === undefined || !info.isFile()) throw new CommandError(`${file} is no file that can be read`)
  const { importId, url } = (await api('POST', `/v1/Stores/${store}/Profiles/Imports`, {
    filename: basename(file),
    fileSize: info.size,
    columnMappings,
  })) as { importId: string; url: string }
  const upload = await send(new URL(url), { method: 'PUT', body: await openAsBlob(file) })
  if (!upload.ok) throw new CommandError(`the upload was refused: ${await upload.text()}`)
  return waitForEnd(api, `/recollect/v1/Stores/${store}/Profiles/Imports/${importId}`, info.size)
}

async function waitForEnd(api: Client, path: string, size: number): Promise<ImportProgress> {
  const started = Date.now()
  for (;;) {
    const progress = (await api('GET', path)) as ImportProgress
    const ended = progress.status === 'COMPLETED' || progress.status === 'FAILED'
    if (process.stderr.isTTY) process.stderr.write(`\r${progressBar(progress, size, started)}${ended ? '\n' : ''}`)
    if (ended) return progress
    await sleep(POLL_MS)
  }
}

function progressBar({ status, rowsDone, bytesDone }: ImportProgress, size: number, started: number): string {
  const share = status === 'COMPLETED' ? 1 : Math.min(bytesDone / size, 1)
  const bar = '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░')
  const seconds = Math.max((Date.now() - started) / 1000, 0.001)
  const megabytes = `${(bytesDone / MEGABYTE).toFixed(1)} of ${(size / MEGABYTE).toFixed(1)} MB`
  return `${bar} ${rowsDone} rows, ${megabytes}, ${Math.round(rowsDone / seconds)} rows/s `
}

function report(input: CommandInput, store: string, { id, status, rowsDone, summary, failure }: ImportProgress): void {
  const stored = rowsDone - Math.min(summary.errors, rowsDone)
  if (input.flag('json')) print(JSON.stringify({ id, status, rowsDone, ...summary, failure: failure ?? null }))
  else print(`${status}: ${stored} of ${rowsDone} rows stored, ${summary.errors} failed, ${summary.warnings} warnings`)
  if (summary.errors + summary.warnings > 0 && !input.flag('json')) {
    print(`Reasons, row by row: /recollect/v1/Stores/${store}/Profiles/Imports/${id}/Errors`)
  }
  if (status === 'FAILED') throw new CommandError(failure ?? 'the import failed')
}
