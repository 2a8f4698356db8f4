import { expect, it } from 'vitest'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api, store } = useServer()

const profiles = () => `/v1/Stores/${store()}/Profiles`
const lookup = (idType: unknown, value: unknown) => api('POST', `${profiles()}/Lookup`, { idType, value })

it('answers with the normalised value and the ids that own it', async () => {
  const contact = { email: 'Ann@Example.com', phone: '(317) 555-0120', whatsapp: 'whatsapp:+13175550120', chat: 'Ann' }
  const { body } = await api('POST', profiles(), { traits: { Contact: contact } })
  for (const [idType, value, normalizedValue] of [
    ['email', ' ANN@example.com', 'ann@example.com'],
    ['phone', '1 317 555 0120', '+13175550120'],
    ['whatsapp', ' whatsapp:+13175550120 ', 'whatsapp:+13175550120'],
    ['chat', 'Ann ', 'Ann'],
  ]) {
    const answer = await lookup(idType, value)
    expect([answer.status, answer.body]).toEqual([200, { normalizedValue, profiles: [body.id] }])
    expect((await lookup(idType, normalizedValue)).body).toEqual(answer.body)
  }
})

it('answers with an empty array when nobody has the value', async () => {
  const nobody = await lookup('email', 'Nobody@Example.com')
  expect([nobody.status, nobody.body]).toEqual([200, { normalizedValue: 'nobody@example.com', profiles: [] }])
  for (const [idType, value] of [
    ['email', ''],
    ['email', '   '],
    ['phone', 'no digits'],
    ['chat', ''],
    ['chat', '\t'],
  ]) {
    const { status, body } = await lookup(idType, value)
    expect([status, body.profiles]).toEqual([200, []])
    expect(body.normalizedValue).toBeTypeOf('string')
  }
})

it('finds nobody by the same value of another type', async () => {
  await api('POST', profiles(), { traits: { Contact: { chat: 'x@example.com' } } })
  expect((await lookup('email', 'x@example.com')).body.profiles).toEqual([])
  expect((await lookup('whatsapp', 'x@example.com')).body.profiles).toEqual([])
})

it('refuses a type that the store does not have, and names those it has', async () => {
  for (const idType of ['loyalty', 'Email', 'EMAIL', 'toString', 'firstName']) {
    expectRefusal(await lookup(idType, 'x'), 400, undefined, /idType.*email/)
  }
  for (const idType of ['', 'x', 'x'.repeat(31)]) expectRefusal(await lookup(idType, 'x'), 400, 520046, 'idType')
})

it('refuses values that are too long and properties that are too many', async () => {
  expect((await lookup('chat', 'x'.repeat(255))).status).toBe(200)
  expectRefusal(await lookup('chat', 'x'.repeat(256)), 400, 520046, 'value')
  expectRefusal(await api('POST', `${profiles()}/Lookup`, { idType: 'chat', value: 'x', more: 1 }), 400, 520046, 'more')
})

it('is a POST: other methods look for a profile of that name', async () => {
  expectRefusal(await api('GET', `${profiles()}/Lookup`), 400)
  expectRefusal(await api('DELETE', `${profiles()}/Lookup`), 400)
})
