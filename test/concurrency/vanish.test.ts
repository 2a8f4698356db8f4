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

describe.each([
  [
    'merged',
    async ({ url }: MemoryProfile, other: MemoryProfile, email: string) => {
      const identifier = { idType: 'email', value: email }
      expect((await api('POST', `${other.url}/Identifiers`, identifier)).status).toBe(202)
      expect((await api('POST', `${url}/Identifiers`, identifier)).status).toBe(202)
    },
  ],
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
