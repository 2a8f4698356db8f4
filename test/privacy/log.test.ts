import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createLogger } from '../../src/log.js'
import { createApi, createStore, eventually, importEnd, uploadCsv } from '../support/api.js'
import { temporaryFolder } from '../support/folder.js'
import { conversationId, observation, pathsOf, summary } from '../support/memory.js'
import { createProfile, jobsQueued } from '../support/profile.js'
import { sendBytes, sendRaw } from '../support/raw.js'
import { newAccount, startServer, type TestServer } from '../support/server.js'
import { createTraces, findTraces, type Traces } from './traces.js'

const TIMEOUT_MS = 120_000

/** Requests that succeed, with personal data in every place there is. */
async function doGood(server: TestServer, traces: Traces): Promise<{ store: string; profile: string }> {
  const api = createApi(server)
  const store = await createStore(api)
  const email = `${traces.mark('mail')}@example.com`
  const id = await createProfile(api, store, { Contact: { email, firstName: traces.mark('first') } })
  const person = pathsOf(store, id)
  await api('PATCH', person.url, { traits: { Contact: { lastName: traces.mark('last') } } })
  await api('POST', `/v1/Stores/${store}/Profiles/Lookup`, { idType: 'email', value: email })
  const oldValue = traces.phone()
  await api('POST', `${person.url}/Identifiers`, { idType: 'phone', value: oldValue })
  const newValue = traces.phone()
  await api('PATCH', `${person.url}/Identifiers/phone`, { idType: 'phone', oldValue, newValue })
  await api('DELETE', `${person.url}/Identifiers/phone`)
  await api('PUT', `/v1/Stores/${store}/Profiles/Bulk`, {
    profiles: [{ traits: { Contact: { email, city: traces.mark('city') } } }],
  })
  const csv = `mail,name\n${email},${traces.mark('cell')}\n,${traces.mark('failed')}\n`
  await importEnd(api, store, await uploadCsv(api, store, csv, { mail: 'Contact.email', name: 'Contact.firstName' }))
  await api('POST', person.observations, { observations: [observation(traces.mark('observed'))] })
  await api('POST', person.summaries, { summaries: [summary(traces.mark('summed'))] })
  await api('POST', person.recall, { query: traces.mark('asked') })
  await api('GET', `/recollect${person.url}/Recall/Explain?query=${traces.mark('queried')}`)
  await api('GET', `${person.observations}?source=${traces.mark('source')}`)
  await api('POST', `/recollect/v1/Stores/${store}/Conversations/${conversationId(1)}/Communications`, {
    communications: [
      {
        id: `conv_communication_${'0'.repeat(26)}`,
        content: { text: traces.mark('said') },
        author: {
          id: `conv_participant_${'0'.repeat(26)}`,
          name: traces.mark('author'),
          address: traces.mark('address'),
          channel: 'EMAIL',
        },
        recipients: [],
      },
    ],
  })
  await eventually(
    () => jobsQueued(server.url),
    (count) => count === 0,
  )
  return { store, profile: id }
}

/** Requests that are refused, for every reason there is, with personal data and secrets in every place there is. */
async function doBad(
  server: TestServer,
  traces: Traces,
  { store, profile }: { store: string; profile: string },
): Promise<number[]> {
  const profiles = `/v1/Stores/${store}/Profiles`
  const mark = traces.mark
  const upload = `/recollect/v1/Uploads/mem_import_${'0'.repeat(26)}?store=${store}&expires=1&signature=`
  const json = { 'content-type': 'application/json' }
  const wrong = Buffer.from(`${mark('user')}:${mark('password')}`)
  // As a log would hold the header itself.
  const bearer = mark('bearer')
  const requests: [string, string, Record<string, string>?, string?][] = [
    ['POST', profiles, json, `{"traits":{"Contact":{"email":"${mark('broken')}`],
    ['POST', profiles, json, `{"traits":{"${mark('group')}":{"email":"${mark('value')}"}}}`],
    ['POST', profiles, json, JSON.stringify({ traits: { Contact: { email: { [mark('key')]: mark('nested') } } } })],
    ['POST', profiles, json, JSON.stringify({ [mark('member')]: 1 })],
    ['POST', profiles, json, JSON.stringify({ traits: { Contact: { email: `${mark('nul')}\u0000` } } })],
    ['POST', `${profiles}/Lookup`, json, JSON.stringify({ idType: mark('idtype'), value: mark('looked') })],
    ['GET', `${profiles}/${mark('nobody')}@example.com`],
    ['GET', `${profiles}/${profile}/Identifiers/${mark('type')}`],
    ['DELETE', `${profiles}/${profile}/Identifiers/${mark('removed')}%40example.com`],
    ['PATCH', `${profiles}/${profile}/Identifiers/${mark('patched')}`, json, '{}'],
    ['GET', `${profiles}?pageToken=${mark('token')}`],
    ['GET', `${profiles}?${mark('name')}=${mark('other')}`],
    ['GET', `/${mark('path')}`],
    ['GET', `/v1/%E0%A4%A/${mark('undecodable')}`],
    ['POST', `/v1/${mark('method')}`, json, `"${mark('unread')}"`],
    ['GET', '/v1/ControlPlane/Stores', { authorization: `Basic ${wrong.toString('base64')}` }],
    ['GET', '/v1/ControlPlane/Stores', { authorization: `Bearer ${bearer}` }],
    ['GET', '/healthz', { 'x-forwarded-for': mark('forwarded'), cookie: mark('cookie'), 'user-agent': mark('agent') }],
    ['PUT', `${upload}${mark('signature').padEnd(43, 'x')}`, {}, mark('uploaded')],
    ['PUT', `/recollect/v1/Uploads/${mark('upload')}`, {}, 'x'],
    ['POST', profiles, { ...json, 'content-encoding': mark('encoding') }, '{}'],
    ['PATCH', `${profiles}/${profile}`, { ...json, 'if-match': mark('tag') }, '{}'],
    [
      'POST',
      profiles,
      json,
      JSON.stringify({ traits: { Contact: { firstName: mark('big') + 'x'.repeat(2_000_000) } } }),
    ],
  ]
  const statuses: number[] = []
  for (const [method, path, headers = {}, body] of requests) {
    const answer = await sendRaw(server, { method, path, headers, ...(body !== undefined && { body }) }).catch(
      // The connection may be closed before the large body is sent.
      () => ({ status: 413 }),
    )
    statuses.push(answer.status)
  }
  await sendBytes(server, `GET /${mark('raw')} HTP/9\r\n${mark('header')}\r\n\r\n`)
  await sendBytes(server, `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${mark('large')}${'y'.repeat(20_000)}\r\n\r\n`)
  return statuses
}

/** An upload that the server fails at, because a file stands where its folder was. */
async function failAtUpload(server: TestServer, traces: Traces, store: string, folder: string): Promise<number> {
  await rm(folder, { recursive: true, force: true })
  await writeFile(folder, 'no folder')
  const { body } = await createApi(server)('POST', `/v1/Stores/${store}/Profiles/Imports`, {
    filename: `${traces.mark('file')}.csv`,
    fileSize: 1000,
    columnMappings: [
      { columnName: 'mail', traitGroup: 'Contact', traitName: 'email' },
      { columnName: traces.mark('column'), traitGroup: 'Contact', traitName: 'firstName' },
    ],
  })
  return (await fetch(body.url, { method: 'PUT', body: `mail,name\n${traces.mark('row')},x\n` })).status
}

async function expectSilent(server: TestServer, traces: Traces): Promise<void> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  await server.kill('SIGTERM')
  const printed = new Map(
    Object.entries({ stderr: server.logLines.join('\n'), stdout: server.output(), metrics }).map(([name, text]) => [
      name,
      Buffer.from(text),
    ]),
  )
  const secrets = [server.account.token, server.stranger.token]
  expect(findTraces([...traces.all, ...secrets], printed)).toEqual([])
}

it('requests leave ids only in the log and the metrics, also those that are refused', {
  timeout: TIMEOUT_MS,
}, async () => {
  const folder = join(await temporaryFolder(), 'uploads')
  const env = { LOG_LEVEL: 'trace', RECOLLECT_UPLOAD_STORE: 'folder', RECOLLECT_UPLOAD_FOLDER: folder }
  const server = await startServer({ env })
  try {
    const traces = createTraces()
    const good = await doGood(server, traces)
    const statuses = await doBad(server, traces, good)
    expect(await failAtUpload(server, traces, good.store, folder)).toBeGreaterThanOrEqual(500)
    expect(new Set(statuses)).toEqual(new Set([200, 202, 400, 401, 403, 404, 413]))
    await expectSilent(server, traces)
    // It is in there what was asked for, just not with what.
    const lines = server.logLines.join('\n')
    for (const expected of ['"operation":"CreateProfile"', '"status":404', '"level":"error"', '"credential":"AC']) {
      expect(lines).toContain(expected)
    }
  } finally {
    await server.stop()
  }
})

it('an encoder that fails and repeats what it was told leaves nothing of it', { timeout: TIMEOUT_MS }, async () => {
  const { createServer } = await import('node:http')
  const repeater = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => response.writeHead(400, { 'x-said': 'no' }).end(text))
  })
  await new Promise<void>((resolve) => repeater.listen(0, '127.0.0.1', resolve))
  const { port } = repeater.address() as { port: number }
  const traces = createTraces()
  const env = {
    LOG_LEVEL: 'trace',
    RECOLLECT_ENCODER: 'openai',
    RECOLLECT_ENCODER_URL: `http://127.0.0.1:${port}`,
    RECOLLECT_ENCODER_MODEL: 'some',
    RECOLLECT_ENCODER_KEY: traces.mark('apikey'),
  }
  const server = await startServer({ env })
  try {
    await doGood(server, traces)
    expect(server.logLines.join('\n')).toContain('encode')
    await expectSilent(server, traces)
  } finally {
    await server.stop()
    repeater.close()
  }
})

it('settings that are wrong are reported without the secrets in them', async () => {
  const traces = createTraces()
  const { runCli } = await import('../support/cli.js')
  const password = traces.mark('password')
  const account = { ...newAccount(), token: traces.mark('accounttoken') }
  const { code, stderr, stdout } = await runCli(['serve'], {
    RECOLLECT_DATA_DIR: await temporaryFolder(),
    DATABASE_URL: `mysql://somebody:${password}@db/x`,
    RECOLLECT_ACCOUNTS: `${account.sid}:${account.token}, ${account.sid.slice(0, 9)}:${traces.mark('other')}`,
    RECOLLECT_ENCODER_KEY: traces.mark('apikey'),
    PORT: 'x',
  })
  expect(code).toBe(78)
  expect(findTraces(traces.all, new Map([['printed', Buffer.from(stderr + stdout)]]))).toEqual([])
})

it('errors are logged with their kind, code and place, not with what a database or a parser quotes', async () => {
  const { describeError } = await import('../../src/log.js')
  const fail = (work: () => unknown): Error => {
    try {
      work()
    } catch (error) {
      return error as Error
    }
    throw new Error('it did not fail')
  }
  const traces = createTraces()
  const parsing = fail(() => JSON.parse(traces.mark('parsed')))
  const database = Object.assign(new Error(`invalid input: "${traces.mark('message')}"`), {
    code: '22P02',
    severity: 'ERROR',
    detail: `Key (value)=(${traces.mark('detail')}) already exists.`,
    where: traces.mark('where'),
  })
  const wrapped = new Error('the batch failed', { cause: database })
  for (const error of [parsing, database, wrapped]) {
    const text = JSON.stringify(describeError(error))
    expect(findTraces(traces.all, new Map([['log', Buffer.from(text)]]))).toEqual([])
    expect(text).toContain('log.test.ts')
  }
  expect(describeError(database)).toMatchObject({ code: '22P02' })
  expect(describeError(wrapped)).toMatchObject({ message: 'the batch failed', cause: { code: '22P02' } })
  expect(createLogger('silent').level).toBe('silent')
})
