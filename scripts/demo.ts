import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import twilio from 'twilio'

/**
 * Plays the main job against a running server with the official SDK: a store, an import, a lookup, a merge, a patch.
 * Every step prints what it did and what came back.
 */

const PEOPLE = new URL('../examples/people.csv', import.meta.url)
const IMPORT_TIMEOUT_MS = 60_000
const POLL_MS = 100

const COLUMNS: Readonly<Record<string, string>> = {
  first_name: 'Contact.firstName',
  last_name: 'Contact.lastName',
  e_mail: 'Contact.email',
  phone: 'Contact.phone',
  street: 'Contact.street',
  city: 'Contact.city',
  points: 'Loyalty.points',
  newsletter: 'Loyalty.newsletter',
}

interface Settings {
  readonly url: string
  readonly username: string
  readonly password: string
}

function readSettings(): Settings {
  const { RECOLLECT_URL: url, RECOLLECT_USERNAME: username, RECOLLECT_PASSWORD: password } = process.env
  if (url && username && password) return { url: url.replace(/\/+$/, ''), username, password }
  throw new DemoError(`The demo needs a running server and credentials. Start one with npm start, then:

  RECOLLECT_URL=http://127.0.0.1:8080 RECOLLECT_USERNAME=AC… RECOLLECT_PASSWORD=… npm run demo`)
}

/** Something a person can mend: printed without a stack. */
class DemoError extends Error {
  override readonly name = 'DemoError'
}

function connect({ url, username, password }: Settings) {
  const client = twilio(username, password, {
    // With an API key the SDK wants an account too; the Memory API never sends it.
    ...(username.startsWith('SK') && { accountSid: `AC${'0'.repeat(32)}` }),
  })
  client.memory.baseUrl = url
  return client.memory.v1
}
type Memory = ReturnType<typeof connect>

let steps = 0

function title(text: string): void {
  steps += 1
  console.log(`\n${steps}. ${text}`)
}

function say(label: string, value: unknown = ''): void {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  console.log(`   ${label.padEnd(22)}${text}`)
}

/** What the server sends for a path, as it is: the SDK hides redirects and does not know our own paths. */
async function get({ url, username, password }: Settings, path: string): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return fetch(url + path, { redirect: 'manual', headers: { authorization } })
}

async function createStore(memory: Memory): Promise<string> {
  title('Create a store')
  const displayName = `demo-${Date.now().toString(36)}`
  const accepted = await memory.stores.create({ displayName, description: 'Made by npm run demo' })
  say('answer', accepted.message)
  const operationId = accepted.statusUrl?.split('/').at(-1) ?? ''
  const operation = await memory.operations.get(operationId).fetch()
  const store = operation.result.id
  say('operation', operation.status)
  say('store', `${store} (${displayName})`)
  await memory.traitGroups(store).create({
    displayName: 'Loyalty',
    traits: { points: { dataType: 'NUMBER' }, newsletter: { dataType: 'BOOLEAN' } },
  })
  say('trait groups', 'Contact (every store has it), Loyalty (points, newsletter)')
  return store
}

async function importPeople(settings: Settings, memory: Memory, store: string): Promise<void> {
  title('Import examples/people.csv')
  const file = readFileSync(PEOPLE)
  const columnMappings = Object.entries(COLUMNS).map(([columnName, trait]) => {
    const [traitGroup = '', traitName = ''] = trait.split('.')
    return { columnName, traitGroup, traitName }
  })
  const { importId, url } = await memory.imports(store).create({
    filename: 'people.csv',
    fileSize: file.length,
    columnMappings,
  })
  if (importId === undefined || url === undefined) throw new DemoError('the server named no import')
  say('import', importId)
  const upload = await fetch(url, { method: 'PUT', body: file })
  say('upload', `${upload.status}, ${file.length} bytes to the signed URL`)
  await waitForImport(memory, store, importId)
  await showImport(settings, store, importId)
}

async function waitForImport(memory: Memory, store: string, importId: string): Promise<void> {
  const end = Date.now() + IMPORT_TIMEOUT_MS
  for (;;) {
    const { status, summary } = await memory.imports(store, importId).fetch()
    if (status === 'COMPLETED' || status === 'FAILED') {
      say('status', status)
      say('summary', summary)
      return
    }
    if (Date.now() > end) throw new DemoError(`the import is still ${status} after ${IMPORT_TIMEOUT_MS / 1000} s`)
    await sleep(POLL_MS)
  }
}

async function showImport(settings: Settings, store: string, importId: string): Promise<void> {
  const path = `/recollect/v1/Stores/${store}/Profiles/Imports/${importId}`
  const { rowsDone } = (await (await get(settings, path)).json()) as { rowsDone: number }
  say('rows read', rowsDone)
  say('error report', `${path}/Errors`)
  const report = await (await get(settings, `${path}/Errors`)).text()
  for (const line of report.trimEnd().split('\n')) say('', line)
}

async function countProfiles(memory: Memory, store: string): Promise<void> {
  let count = 0
  // Page by page: list() of this SDK ends after the first page.
  for (let pageToken: string | undefined = ''; pageToken !== undefined; ) {
    const page: { instances: unknown[]; nextToken?: string | undefined } = await memory
      .profiles(store)
      .page({ pageSize: 400, ...(pageToken !== '' && { pageToken }) })
    count += page.instances.length
    pageToken = page.nextToken
  }
  say('profiles', `${count}, counted page by page`)
}

async function findByPhone(memory: Memory, store: string): Promise<string> {
  title('Find a person by phone, in another notation than the file has')
  const value = '1-206-555-0100'
  const { normalizedValue, profiles } = await memory.lookup(store).create({ idType: 'phone', value })
  say('asked for', value)
  say('normalised', normalizedValue)
  say('found', profiles)
  const [id] = profiles
  if (id === undefined) throw new DemoError('nobody was found')
  const { traits } = await memory.profiles(store, id).fetch()
  say('traits', traits)
  return id
}

async function mergeTwo(memory: Memory, store: string, first: string): Promise<string> {
  title('Merge two profiles by a create that names an identifier of both')
  const second = await memory.profiles(store).create({ traits: { Contact: { whatsapp: 'whatsapp:+12065550199' } } })
  say('first', first)
  say('second', `${second.id} (known by WhatsApp only)`)
  const merged = await memory.profiles(store).create({
    traits: { Contact: { phone: '(206) 555-0100', whatsapp: 'whatsapp:+12065550199' } },
  })
  say('canonical', `${merged.id} (${merged.id === first ? 'the first, because it is older' : 'NOT the first'})`)
  if (second.id === undefined || merged.id !== first) throw new DemoError('the two were not merged into the first')
  return second.id
}

async function showRedirect(settings: Settings, memory: Memory, store: string, mergedId: string): Promise<void> {
  title('Ask for the merged id')
  const answer = await get(settings, `/v1/Stores/${store}/Profiles/${mergedId}`)
  const canonicalId = answer.headers.get('canonical-profile-id') ?? ''
  say('status', answer.status)
  say('Canonical-Profile-Id', canonicalId)
  say('Location', answer.headers.get('location'))
  say('body', await answer.json())
  const { traits } = await memory.profiles(store, canonicalId).fetch()
  say('canonical profile', traits)
}

async function patchTraits(memory: Memory, store: string, id: string): Promise<void> {
  title('Change one trait, remove another')
  const { message } = await memory.profiles(store, id).patch({
    traits: { Contact: { city: 'Tacoma', street: null }, Loyalty: { points: 1400 } },
  })
  say('answer', message)
  const traits = await memory.traits(store, id).list({ pageSize: 100 })
  for (const { traitGroup, name, value, timestamp } of traits) {
    say(`${traitGroup}.${name}`, `${JSON.stringify(value)}  (${timestamp.toISOString()})`)
  }
}

async function play(): Promise<void> {
  const settings = readSettings()
  const memory = connect(settings)
  const store = await createStore(memory)
  await importPeople(settings, memory, store)
  await countProfiles(memory, store)
  const first = await findByPhone(memory, store)
  const mergedId = await mergeTwo(memory, store, first)
  await showRedirect(settings, memory, store, mergedId)
  await patchTraits(memory, store, first)
  console.log('\nDone. The store stays; look around in it with the API page:', `${settings.url}/docs`)
}

function explain(error: unknown): string {
  if (error instanceof DemoError) return error.message
  if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') {
    return `There is no server at ${process.env.RECOLLECT_URL}: start one with npm start`
  }
  return error instanceof Error ? error.message : String(error)
}

try {
  await play()
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}
