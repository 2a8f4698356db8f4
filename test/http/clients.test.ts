import { describe, expect, it } from 'vitest'
import { type Answer, eventually } from '../support/api.js'
import { useServer } from '../support/use-server.js'

const { api, store } = useServer()

const profiles = () => `/v1/Stores/${store()}/Profiles`
const controlPlane = () => `/v1/ControlPlane/Stores/${store()}`
const lookup = async (idType: string, value: string): Promise<string[]> =>
  (await api('POST', `${profiles()}/Lookup`, { idType, value })).body.profiles

/** Asks the address that the answer gives, as it stands, until the operation has ended. */
async function done(accepted: Answer): Promise<Answer> {
  expect(accepted.status).toBe(202)
  expect(accepted.headers.get('location')).toBe(accepted.body.statusUrl)
  expect(accepted.headers.get('retry-after')).toMatch(/^\d+$/)
  return eventually(
    () => api('GET', accepted.body.statusUrl),
    ({ body }) => body.status === 'COMPLETED',
  )
}

describe('what a customer-data platform sends', () => {
  it('batches of a thousand upserts whose entries share identifiers, with a context header of its own', async () => {
    // Each person comes four times: by e-mail, by phone, by both, and anonymous with a chat id and the e-mail.
    const people = Array.from({ length: 250 }, (_, index) => ({
      email: `customer-${index}@example.com`,
      phone: `+1317555${String(1000 + index)}`,
      chat: `anonymous-${index}`,
    }))
    const entries = [
      ...people.map(({ email }, index) => ({ email, firstName: `First ${index}` })),
      ...people.map(({ phone }) => ({ phone, city: 'Indianapolis' })),
      ...people.map(({ email, phone }) => ({ email: email.toUpperCase(), phone })),
      ...people.map(({ chat, email }) => ({ chat, email, lastName: 'Last' })),
    ].map((Contact) => ({ traits: { Contact } }))
    for (let sent = 0; sent < 2; sent += 1) {
      const { status } = await api('PUT', `${profiles()}/Bulk`, { profiles: entries }, { 'x-pre-auth-context': 'AC0' })
      expect(status).toBe(202)
    }
    const last = people.at(-1)
    await eventually(
      () => lookup('chat', last?.chat ?? ''),
      (found) => found.length === 1,
    )
    for (const { email, phone, chat } of people.filter((_, index) => index % 25 === 0)) {
      const [id, ...others] = await lookup('email', email)
      expect(others).toEqual([])
      expect(await lookup('phone', phone)).toEqual([id])
      expect(await lookup('chat', chat)).toEqual([id])
      const { body } = await api('GET', `${profiles()}/${id}`)
      expect(body.traits.Contact).toMatchObject({ city: 'Indianapolis', lastName: 'Last', chat })
    }
    const { body } = await api('GET', `${profiles()}?pageSize=1000`)
    expect(body.profiles).toHaveLength(people.length)
  })
})

describe('what a provisioning script does', () => {
  it('reads the identity settings, appends a type, and puts them back', async () => {
    const before = await api('GET', `${controlPlane()}/IdentityResolutionSettings`)
    const { version, ...settings } = before.body
    settings.identifierConfigs.push({ idType: 'external_id', normalization: 'trim' })
    settings.matchingRules.push('external_id')
    const etag = before.headers.get('etag') ?? ''
    await done(await api('PUT', `${controlPlane()}/IdentityResolutionSettings`, settings, { 'if-match': etag }))
    const after = await api('GET', `${controlPlane()}/IdentityResolutionSettings`)
    expect(after.body.version).toBe(version + 1)
    expect(after.body.matchingRules).toEqual(settings.matchingRules)
    // Run again, it finds what it wanted and changes nothing.
    const { version: _, ...same } = after.body
    await done(await api('PUT', `${controlPlane()}/IdentityResolutionSettings`, same))
    expect((await api('GET', `${controlPlane()}/IdentityResolutionSettings`)).body.version).toBe(version + 1)
  })

  it('creates a trait group that is not there, and patches it when it is', async () => {
    const group = `${controlPlane()}/TraitGroups/Loyalty`
    const missing = await api('GET', group)
    expect([missing.status, missing.body.code]).toEqual([404, 520047])
    const traits = { memberId: { dataType: 'STRING', idTypePromotion: 'external_id' }, tier: { dataType: 'STRING' } }
    const created = await done(await api('POST', `${controlPlane()}/TraitGroups`, { displayName: 'Loyalty', traits }))
    expect(created.body.result).toEqual({ type: 'RESOURCE_ID', id: 'Loyalty' })
    const { headers } = await api('GET', group)
    const patch = { traits: { points: { dataType: 'NUMBER' } } }
    await done(await api('PATCH', group, patch, { 'if-match': headers.get('etag') ?? '' }))
    expect(Object.keys((await api('GET', group)).body.traitGroup.traits)).toEqual(['memberId', 'tier', 'points'])
    expect((await api('PATCH', group, patch, { 'if-match': headers.get('etag') ?? '' })).status).toBe(412)
    const { body } = await api('POST', profiles(), { traits: { Loyalty: { memberId: 'M-1', points: 3 } } })
    expect(await lookup('external_id', 'M-1')).toEqual([body.id])
  })
})
