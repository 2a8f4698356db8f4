import { describe, expect, it } from 'vitest'
import { sendRaw } from '../support/raw.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, store } = useServer()

const profiles = () => `/v1/Stores/${store()}/Profiles`
const create = (body: unknown, headers?: Record<string, string>) => api('POST', profiles(), body, headers)

async function countProfiles(): Promise<number> {
  return (await api('GET', `${profiles()}?pageSize=1000`)).body.profiles.length
}

it('refuses what is no JSON object, whatever it is', async () => {
  for (const body of ['', ' ', '{', '}', '{"traits":', "{'traits':{}}", '{"traits":{},}', 'NaN', '\u0000', '{}{}']) {
    expectRefusal(await create(body), 400)
  }
  for (const body of ['null', '[]', '[{}]', '"text"', '0', 'true']) expectRefusal(await create(body), 400, 520046)
  expectRefusal(await api('POST', profiles()), 400)
  expectRefusal(await api('PUT', `${profiles()}/Bulk`, [{ traits: { Contact: { email: 'a@example.com' } } }]), 400)
  expectRefusal(await api('POST', `${profiles()}/Lookup`, [{ idType: 'email', value: 'x' }]), 400)
  expectRefusal(await api('POST', '/v1/ControlPlane/Stores', [{ displayName: 'x' }]), 400)
  expect(await countProfiles()).toBe(0)
})

it('coerces nothing: a number is no text, a text no number, null no object', async () => {
  for (const traits of [
    null,
    [],
    'x',
    1,
    { Contact: null },
    { Contact: [] },
    { Contact: 'x' },
    { Contact: { email: 1 } },
  ]) {
    expectRefusal(await create({ traits }), 400)
  }
  for (const body of [
    { idType: 'email', value: 1 },
    { idType: 1, value: 'x' },
    { idType: null, value: 'x' },
    { idType: 'email', value: null },
    { idType: 'email' },
    { value: 'x' },
    { idType: 'email', value: ['x'] },
  ]) {
    expectRefusal(await api('POST', `${profiles()}/Lookup`, body), 400, 520046)
  }
  const mapping = { columnName: 'a', traitGroup: 'Contact', traitName: 'email' }
  const columnMappings = [mapping, { ...mapping, traitName: 'phone' }]
  for (const fileSize of ['10', 1.5, 0, -1, 104_857_601, null]) {
    expectRefusal(
      await api('POST', `${profiles()}/Imports`, { filename: 'f', fileSize, columnMappings }),
      400,
      520046,
      'fileSize',
    )
  }
  expectRefusal(await api('POST', '/v1/ControlPlane/Stores', { displayName: 12 }), 400, 520046, 'displayName')
})

it('names the property that it does not know, and the place of what is wrong', async () => {
  expectRefusal(await create({ traits: {}, extra: 1 }), 400, 520046, 'extra')
  expectRefusal(await create({ traits: { Contact: 5 } }), 400, 520046, 'traits.Contact')
  const bulk = { profiles: [{ traits: { Contact: { email: 'b@example.com' } } }, { traits: { Contact: 5 } }] }
  expectRefusal(await api('PUT', `${profiles()}/Bulk`, bulk), 400, 520046, /profiles\[1\]\.traits\.Contact/)
  expect(await countProfiles()).toBe(0)
})

it('takes JSON of any content type, also of none', async () => {
  const body = JSON.stringify({ idType: 'email', value: 'x@example.com' })
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/x-www-form-urlencoded',
    false,
  ]) {
    const answer = await sendRaw(server(), {
      method: 'POST',
      path: `${profiles()}/Lookup`,
      headers: { 'content-type': type as string | false },
      body,
    })
    expect(answer.status, String(type)).toBe(200)
  }
  const odd = await sendRaw(server(), {
    method: 'POST',
    path: `${profiles()}/Lookup`,
    headers: { 'content-type': ';;;' },
    body,
  })
  expect([200, 400, 415]).toContain(odd.status)
})

it('refuses a body that is larger than the limit, with and without a length', async () => {
  const large = JSON.stringify({ traits: { Contact: { email: 'x'.repeat(1_100_000) } } })
  expectRefusal(await create(large), 413)
  const chunked = { method: 'POST', path: profiles(), headers: { 'transfer-encoding': 'chunked' }, body: large }
  expect((await sendRaw(server(), chunked)).status).toBe(413)
})

it('refuses bytes that are not UTF-8, and takes every character that is', async () => {
  const path = profiles()
  const post = async (name: string | Buffer) => {
    const parts = ['{"traits":{"Contact":{"email":"bytes@example.com","firstName":"', name, '"}}}']
    const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
    const { status, body: answer } = await sendRaw(server(), { method: 'POST', path, body })
    return { status, ...JSON.parse(answer.toString()) }
  }
  // ISO 8859-1, a character cut off, one of too many bytes, a surrogate, beyond Unicode.
  for (const bytes of [[0xe9], [0xf0, 0x9f, 0x98], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
    const message = 'The request body must be UTF-8'
    expect(await post(Buffer.from(bytes)), bytes.join()).toMatchObject({ status: 400, code: 400, message })
  }
  expect(await countProfiles()).toBe(0)
  const { status, id } = await post('é\uFFFD😀')
  expect(status).toBe(202)
  expect((await api('GET', `${path}/${id}`)).body.traits.Contact.firstName).toBe('é\uFFFD😀')
  expect((await api('DELETE', `${path}/${id}`)).status).toBe(202)
})

describe('hostile JSON', () => {
  it('does no harm with names of prototypes', async () => {
    for (const body of [
      '{"__proto__":{"traits":{}}}',
      '{"traits":{"__proto__":{"email":"p@example.com"}}}',
      '{"traits":{"Contact":{"__proto__":"x","email":"p@example.com"}}}',
      '{"traits":{"Contact":{"__proto__":{"email":"p@example.com"}}}}',
      '{"constructor":{"prototype":{"polluted":true}}}',
      '{"traits":{"constructor":{"prototype":"x"}}}',
      '{"traits":{"Contact":{"constructor":"x","email":"p@example.com"}}}',
      '{"traits":{"toString":{"x":"y"},"Contact":{"email":"p@example.com"}}}',
      '{"traits":{"Contact":{"hasOwnProperty":"x","email":"p@example.com"}}}',
      '{"\\u005f_proto__":{"traits":{}}}',
    ]) {
      expectRefusal(await create(body), 400)
    }
    for (const idType of ['__proto__', 'constructor', 'toString']) {
      expectRefusal(await api('POST', `${profiles()}/Lookup`, { idType, value: 'x' }), 400)
    }
    expect(await countProfiles()).toBe(0)
  })

  it('refuses NUL and unpaired surrogates, in values and in names', async () => {
    for (const text of ['\\u0000', 'a\\u0000b', '\\ud800', 'x\\uDFFFy', '\\ude00\\ud83d']) {
      expectRefusal(await create(`{"traits":{"Contact":{"email":"s@example.com","firstName":"${text}"}}}`), 400)
      expectRefusal(await create(`{"traits":{"Contact":{"email":"s@example.com","${text}":"x"}}}`), 400)
      expectRefusal(await api('POST', `${profiles()}/Lookup`, `{"idType":"chat","value":"${text}"}`), 400)
      expectRefusal(await api('POST', '/v1/ControlPlane/Stores', `{"displayName":"x","description":"${text}"}`), 400)
    }
    expect(await countProfiles()).toBe(0)
  })

  it.each([10_000, 200_000])('survives %i levels of nesting', async (depth) => {
    const arrays = '['.repeat(depth) + ']'.repeat(depth)
    const objects = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    const deep = [arrays, ...(objects.length < 1_000_000 ? [objects] : [])]
    for (const value of deep) {
      for (const body of [value, `{"traits":${value}}`, `{"traits":{"Contact":{"email":${value}}}}`]) {
        expectRefusal(await create(body), 400)
      }
      expectRefusal(await api('POST', `${profiles()}/Lookup`, `{"idType":"email","value":${value}}`), 400)
      expectRefusal(
        await api('PUT', `${profiles()}/Bulk`, `{"profiles":[{"traits":{"Contact":{"email":${value}}}}]}`),
        400,
      )
      expectRefusal(
        await api('POST', '/v1/ControlPlane/Stores', `{"displayName":"x\\u0000","description":${value}}`),
        400,
      )
    }
  })

  it('refuses numbers beyond what JSON can give back', async () => {
    const group = { displayName: 'Numbers', traits: { n: { dataType: 'NUMBER' }, list: { dataType: 'ARRAY' } } }
    expect((await api('POST', `/v1/ControlPlane/Stores/${store()}/TraitGroups`, group)).status).toBe(202)
    for (const traits of ['{"n":1e999}', '{"n":-1e999}', '{"list":[1e999]}']) {
      expectRefusal(await create(`{"traits":{"Contact":{"email":"n@example.com"},"Numbers":${traits}}}`), 400)
    }
    expect(await countProfiles()).toBe(0)
  })
})
