import { expect, it } from 'vitest'
import type { Answer } from '../support/api.js'
import { contentsOf, createMemoryProfile, observation } from '../support/memory.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api, store } = useServer()
const UNKNOWN = 'mem_profile_00000000000000000000000000'

it('observations added at the same time each get their own answer and can be recalled at once', async () => {
  const profiles = [await createMemoryProfile(api, store()), await createMemoryProfile(api, store())]
  const unknown = `/v1/Stores/${store()}/Profiles/${UNKNOWN}/Observations`
  const writes: Promise<Answer>[] = []
  const refused: Promise<Answer>[] = []
  for (let number = 0; number < 30; number += 1) {
    for (const [at, { observations }] of profiles.entries()) {
      writes.push(api('POST', observations, { observations: [observation(`Profile ${at} likes tea number${number}`)] }))
    }
    refused.push(api('POST', unknown, { observations: [observation('Likes nothing')] }))
  }
  for (const { status } of await Promise.all(writes)) expect(status).toBe(202)
  for (const answer of await Promise.all(refused)) expectRefusal(answer, 404)
  for (const [at, { observations, recall }] of profiles.entries()) {
    const expected = Array.from({ length: 30 }, (_, number) => `Profile ${at} likes tea number${number}`)
    const listed = await api('GET', `${observations}?pageSize=50`)
    expect(contentsOf(listed.body.observations).toSorted()).toEqual(expected.toSorted())
    for (const number of [0, 14, 29]) {
      const recalled = await api('POST', recall, { query: `number${number}` })
      expect(recalled.body.observations[0].content).toBe(`Profile ${at} likes tea number${number}`)
    }
  }
})

it('a write that arrives between recalls is part of the next one, also beside writes of other profiles', async () => {
  const [own, other] = [await createMemoryProfile(api, store()), await createMemoryProfile(api, store())]
  for (let number = 0; number < 10; number += 1) {
    const add = (path: string, text: string) => api('POST', path, { observations: [observation(text)] })
    await Promise.all([
      add(own.observations, `First visit number${number}`),
      add(other.observations, `Somebody else number${number}`),
      add(own.observations, `Second visit number${number}`),
    ])
    const recalled = await api('POST', own.recall, { query: `number${number}` })
    const found = contentsOf(recalled.body.observations.slice(0, 2)).toSorted()
    expect(found).toEqual([`First visit number${number}`, `Second visit number${number}`])
  }
})
