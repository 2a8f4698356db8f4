import { describe, expect, it } from 'vitest'
import { createMemoryProfile, type MemoryProfile, observe, summary } from '../support/memory.js'
import { useServer } from '../support/use-server.js'

const ROUNDS = 20
const READERS = 8
const TEXTS = ['Likes tea', 'Lives in Lisbon', 'Has two cats']
const { api, store } = useServer()

const values: Readonly<Record<string, (body: never) => readonly unknown[]>> = {
  Observations: ({ observations }: { observations: unknown[] }) => observations,
  ConversationSummaries: ({ summaries }: { summaries: unknown[] }) => summaries,
  Identifiers: ({ identifiers }: { identifiers: unknown[] }) => identifiers,
  Recall: ({ observations }: { observations: unknown[] }) => observations,
}

/** Reads what a profile has, again and again, until it is not there; tells how much it had each time. */
async function readUntilGone({ url }: MemoryProfile, list: string): Promise<number[]> {
  const counts: number[] = []
  for (;;) {
    const { status, body } = await (list === 'Recall' ? api('POST', `${url}/Recall`, {}) : api('GET', `${url}/${list}`))
    if (status !== 200) {
      expect([301, 308, 404]).toContain(status)
      return counts
    }
    counts.push(values[list]?.(body as never).length ?? 0)
  }
}

/** The other one, which is older, survives. */
async function merge({ url }: MemoryProfile, other: MemoryProfile, email: string): Promise<void> {
  const identifier = { idType: 'email', value: email }
  expect((await api('POST', `${other.url}/Identifiers`, identifier)).status).toBe(202)
  expect((await api('POST', `${url}/Identifiers`, identifier)).status).toBe(202)
}

describe.each([
  ['merged', merge],
  [
    'deleted',
    async ({ url }: MemoryProfile) => {
      expect((await api('DELETE', url)).status).toBe(202)
    },
  ],
])('a profile that is %s while it is read', (_, vanish) => {
  it.each(Object.keys(values))('has all of its %s or is not there', async (list) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const other = await createMemoryProfile(api, store())
      const profile = await createMemoryProfile(api, store())
      await observe(api, profile, ...TEXTS)
      await api('POST', profile.summaries, { summaries: TEXTS.map((text) => summary(text)) })
      const readers = Array.from({ length: READERS }, () => readUntilGone(profile, list))
      await vanish(profile, other, `${profile.id}@example.com`)
      const wanted = list === 'Identifiers' ? 1 : TEXTS.length
      for (const count of (await Promise.all(readers)).flat()) expect(count).toBeGreaterThanOrEqual(wanted)
    }
  })
})

/** Reads the states of an observation for as long as `isGoingOn`, and once more; tells how many there were each time. */
async function countStates(path: string, isGoingOn: () => boolean): Promise<number[]> {
  const counts: number[] = []
  for (let last = false; !last; ) {
    last = !isGoingOn()
    const { status, body } = await api('GET', path)
    expect(status).toBe(200)
    counts.push(body.revisions.length)
  }
  return counts
}

it('an observation has all of its revisions, whoever it belongs to while it is read', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const other = await createMemoryProfile(api, store())
    const profile = await createMemoryProfile(api, store())
    await observe(api, profile, TEXTS[0] ?? '')
    const { body } = await api('GET', profile.observations)
    const path = `${profile.observations}/${body.observations[0].id}`
    for (const content of TEXTS.slice(1)) await api('PATCH', path, { content })
    let isGoingOn = true
    const readers = Array.from({ length: READERS }, () => countStates(`${path}/Revisions`, () => isGoingOn))
    await merge(profile, other, `${profile.id}@example.com`)
    isGoingOn = false
    for (const count of (await Promise.all(readers)).flat()) expect(count).toBe(TEXTS.length)
  }
})
