import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/api.js'
import { createProfile, lookup } from '../support/profile.js'
import { useServer } from '../support/use-server.js'

const page = readFileSync(new URL('../../docs/twilio.md', import.meta.url), 'utf8')
const { server, api, store } = useServer()

describe('docs/twilio.md', () => {
  it('has a function for Segment that brings people in', async () => {
    const [, code = ''] = /```js\n(async function onIdentify.*?)```/s.exec(page) ?? []
    const onIdentify = new Function(`${code}; return onIdentify`)() as (
      event: object,
      settings: object,
    ) => Promise<void>
    const { url, account } = server()
    const settings = { url, store: store(), username: account.sid, password: account.token }
    await onIdentify({ traits: { email: 'segment@example.com', firstName: 'Noor' } }, settings)
    const found = await eventually(
      () => lookup(api, store(), 'email', 'segment@example.com'),
      (profiles) => profiles.length === 1,
    )
    expect((await api('GET', `/v1/Stores/${store()}/Profiles/${found[0]}?traitGroups=Contact`)).body.traits).toEqual({
      Contact: { email: 'segment@example.com', firstName: 'Noor' },
    })
  })

  it('is right about an observation without the list around it', async () => {
    const profile = await createProfile(api, store(), { Contact: { email: 'alone@example.com' } })
    const path = `/v1/Stores/${store()}/Profiles/${profile}/Observations`
    const alone = { content: 'Likes tea', source: 'conversation-intelligence', occurredAt: '2026-01-01T00:00:00Z' }
    expect((await api('POST', path, alone)).status).toBe(400)
    expect((await api('POST', path, { observations: [alone] })).status).toBe(202)
  })

  it('leads to pages and headings that are there', () => {
    for (const [, file = '', anchor] of page.matchAll(/\]\(([a-z-]+\.md)(?:#([a-z0-9-]+))?\)/g)) {
      const other = readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8')
      if (anchor === undefined) continue
      const headings = [...other.matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
        text.toLowerCase().replaceAll(' ', '-'),
      )
      expect(headings, `${file}#${anchor}`).toContain(anchor)
    }
  })
})
