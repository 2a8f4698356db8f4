import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Api, createApi, createStore, eventually, importEnd, uploadCsv } from '../support/api.js'
import { newDataDir } from '../support/database.js'
import { listProfileIds, lookup } from '../support/profile.js'
import { newAccount, startServer, type TestServer } from '../support/server.js'

/** Two nodes that serve and two that work, on one database, each with a data folder of its own. */
let shared: string
let nodes: TestServer[] = []
let apis: [Api, Api]
let store: string

beforeAll(async () => {
  shared = await newDataDir()
  const account = newAccount()
  const start = (...command: string[]) => startServer({ dataDir: shared, command, account, stranger: account })
  // All at once on an empty database: one of them migrates, the others wait for it.
  nodes = await Promise.all([
    start('serve', '--no-worker'),
    start('serve', '--no-worker'),
    start('worker', '--port', '0'),
    start('worker', '--port', '0'),
  ])
  const [first, second] = nodes
  if (first === undefined || second === undefined) throw new Error('there are two nodes that serve')
  apis = [createApi(first), createApi(second)]
  store = await createStore(apis[0])
})
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await rm(shared, { recursive: true, force: true })
})

const profiles = () => `/v1/Stores/${store}/Profiles`

async function create(api: Api, Contact: Record<string, string>): Promise<string> {
  const { status, body } = await api('POST', profiles(), { traits: { Contact } })
  expect(status).toBe(202)
  return body.id
}

describe('what one node acknowledged, another shows at once', () => {
  it('a profile and its traits', async () => {
    for (let round = 0; round < 20; round += 1) {
      const [write, read] = round % 2 === 0 ? apis : [apis[1], apis[0]]
      const id = await create(write, { email: `seen-${round}@example.com` })
      expect((await read('GET', `${profiles()}/${id}`)).body.traits.Contact.email).toBe(`seen-${round}@example.com`)
      await write('PATCH', `${profiles()}/${id}`, { traits: { Contact: { city: `city ${round}` } } })
      expect((await read('GET', `${profiles()}/${id}`)).body.traits.Contact.city).toBe(`city ${round}`)
      await write('DELETE', `${profiles()}/${id}`)
      expect((await read('GET', `${profiles()}/${id}`)).status).toBe(404)
    }
  })

  it('memories, in recall, though both keep an index of the person', async () => {
    const id = await create(apis[0], { email: 'remembered@example.com' })
    const observations = `${profiles()}/${id}/Observations`
    const recall = async (api: Api) => {
      const { body } = await api('POST', `${profiles()}/${id}/Recall`, { query: 'which colour', observationsLimit: 50 })
      return body.observations.map(({ content }: { content: string }) => content).sort()
    }
    const written: string[] = []
    for (let round = 0; round < 12; round += 1) {
      const [write, read] = round % 2 === 0 ? apis : [apis[1], apis[0]]
      const content = `Likes the colour number ${round}`
      const sent = await write('POST', observations, {
        observations: [{ content, source: 'test', occurredAt: '2026-01-01T00:00:00Z' }],
      })
      expect(sent.status).toBe(202)
      written.push(content)
      expect(await recall(read)).toEqual([...written].sort())
    }
    const { body } = await apis[0]('GET', `${observations}?pageSize=50`)
    const [{ id: gone, content }] = body.observations
    expect((await apis[0]('DELETE', `${observations}/${gone}`)).status).toBe(202)
    expect(await recall(apis[1])).toEqual(written.filter((text) => text !== content).sort())
  })

  it('what is declared: a value of a trait group made on the other node is taken', async () => {
    for (let round = 0; round < 6; round += 1) {
      const [declare, write] = round % 2 === 0 ? apis : [apis[1], apis[0]]
      const displayName = `Group${round}`
      const traits = { size: { dataType: 'NUMBER' } }
      const declared = await declare('POST', `/v1/ControlPlane/Stores/${store}/TraitGroups`, { displayName, traits })
      expect(declared.status).toBe(202)
      const written = await write('POST', profiles(), {
        traits: { Contact: { email: 'declared@example.com' }, [displayName]: { size: round } },
      })
      expect(written.status).toBe(202)
    }
  })
})

describe('identity holds across nodes', () => {
  it('one person, created on both at once, is one profile', async () => {
    for (let round = 0; round < 10; round += 1) {
      const email = `same-${round}@example.com`
      const ids = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          create(index % 2 === 0 ? apis[0] : apis[1], { email, chat: `${round}-${index}` }),
        ),
      )
      expect(new Set(ids).size).toBe(1)
      expect(await lookup(apis[1], store, 'email', email)).toEqual([ids[0]])
    }
  })

  it('merges, patches, deletes and memories of the same people on both nodes never contradict each other', async () => {
    const people = 6
    await Promise.all(
      Array.from({ length: 120 }, async (_, index) => {
        const api = index % 2 === 0 ? apis[0] : apis[1]
        const [left, right] = [index % people, (index * 7 + 3) % people]
        if (index % 5 === 4) {
          const [id] = await lookup(api, store, 'email', `busy-${left}@example.com`)
          const answer = id === undefined ? undefined : await api('DELETE', `${profiles()}/${id}`)
          expect([undefined, 202, 308, 404]).toContain(answer?.status)
        } else if (index % 5 === 3) {
          const [id] = await lookup(api, store, 'email', `busy-${left}@example.com`)
          const body = { observations: [{ content: 'x', source: 'test', occurredAt: '2026-01-01T00:00:00Z' }] }
          const answer = id === undefined ? undefined : await api('POST', `${profiles()}/${id}/Observations`, body)
          expect([undefined, 202, 308, 404]).toContain(answer?.status)
        } else {
          await create(api, { email: `busy-${left}@example.com`, whatsapp: `busy-${right}` })
        }
      }),
    )
    for (const api of apis) {
      for (let index = 0; index < people; index += 1) {
        const owners = await lookup(api, store, 'email', `busy-${index}@example.com`)
        expect(owners.length).toBeLessThanOrEqual(1)
        for (const id of owners) expect((await api('GET', `${profiles()}/${id}`)).status).toBe(200)
      }
    }
  })
})

describe('nodes that serve leave the work to nodes that work', () => {
  it('a file uploaded on one node is imported by another, each row once', async () => {
    const rows = 2000
    const lines = Array.from({ length: rows }, (_, index) => `import-${index}@example.com,Person ${index}`)
    const csv = ['mail,name', ...lines].join('\n')
    const other = await createStore(apis[1])
    const ids = await Promise.all(
      [0, 1, 2].map(() => uploadCsv(apis[0], other, csv, { mail: 'Contact.email', name: 'Contact.firstName' })),
    )
    for (const id of ids) expect((await importEnd(apis[1], other, id)).body).toMatchObject({ status: 'COMPLETED' })
    expect(await listProfileIds(apis[1], other)).toHaveLength(rows)
  })

  it('a file waits in a folder that nodes share, when the settings say so', async () => {
    const dataDir = await newDataDir()
    const folder = join(dataDir, 'shared-uploads')
    const account = newAccount()
    const env = { RECOLLECT_UPLOAD_STORE: 'folder', RECOLLECT_UPLOAD_FOLDER: folder }
    const start = (...command: string[]) => startServer({ dataDir, command, account, stranger: account, env })
    const serving = await start('serve', '--no-worker')
    onTestFinished(() => serving.stop())
    const api = createApi(serving)
    const other = await createStore(api)
    const csv = 'mail,name\nada@example.com,Ada\n'
    const id = await uploadCsv(api, other, csv, { mail: 'Contact.email', name: 'Contact.firstName' })
    expect(await readdir(folder)).toHaveLength(1)
    const working = await start('worker', '--port', '0')
    onTestFinished(() => working.stop())
    expect((await importEnd(api, other, id)).body).toMatchObject({ status: 'COMPLETED' })
    await eventually(
      () => readdir(folder),
      (files) => files.length === 0,
    )
  })

  it('bulk upserts of one store run in the order they were accepted, whoever runs them', async () => {
    const rounds = 12
    for (let round = 0; round < rounds; round += 1) {
      const api = round % 2 === 0 ? apis[0] : apis[1]
      const body = { profiles: [{ traits: { Contact: { email: 'ordered@example.com', city: `city ${round}` } } }] }
      expect((await api('PUT', `${profiles()}/Bulk`, body)).status).toBe(202)
    }
    const cityOf = async () => {
      const [id] = await lookup(apis[0], store, 'email', 'ordered@example.com')
      return id && (await apis[1]('GET', `${profiles()}/${id}`)).body.traits.Contact.city
    }
    await eventually(cityOf, (city) => city === `city ${rounds - 1}`)
  })

  it('texts are encoded by them', async () => {
    const id = await create(apis[0], { email: 'encoded@example.com' })
    const observations = Array.from({ length: 10 }, (_, index) => ({
      content: `The customer mentioned hobby number ${index}`,
      source: 'test',
      occurredAt: '2026-01-01T00:00:00Z',
    }))
    await apis[0]('POST', `${profiles()}/${id}/Observations`, { observations })
    const cosines = async () => {
      const { body } = await apis[1](
        'GET',
        `/recollect/v1/Stores/${store}/Profiles/${id}/Recall/Explain?query=pastimes&observationsLimit=10`,
      )
      return body.hits.filter(({ cosine }: { cosine?: number }) => typeof cosine === 'number').length
    }
    await eventually(cosines, (count) => count === 10, 20_000)
  })

  it('serves health and metrics of a worker, and nothing else', async () => {
    const [, , worker] = nodes
    expect((await fetch(`${worker?.url}/readyz`)).status).toBe(200)
    expect(await (await fetch(`${worker?.url}/metrics`)).text()).toContain('recollect_jobs_total')
    expect((await fetch(`${worker?.url}/v1/ControlPlane/Stores`)).status).toBe(404)
  })
})
