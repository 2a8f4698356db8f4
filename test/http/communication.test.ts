import { expect, it } from 'vitest'
import { communicationInput } from '../conformance/world.js'
import { conversationId } from '../support/memory.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api, store } = useServer()
const path = (number: number) =>
  `/recollect/v1/Stores/${store()}/Conversations/${conversationId(number)}/Communications`
const say = (number: number, text: string) => ({
  ...communicationInput(String(number)),
  content: { text },
  createdAt: new Date(Date.UTC(2026, 0, 5, 10, number)).toISOString(),
})
const textsOf = (body: { communications: { content: { text: string } }[] }) =>
  body.communications.map(({ content }) => content.text)

it('replaces a communication whose id is known, also within one request', async () => {
  await api('POST', path(1), { communications: [say(1, 'Hello'), say(2, 'My lamp is broken')] })
  await api('POST', path(1), { communications: [say(2, 'once'), say(2, 'My lamp is dark')] })
  expect(textsOf((await api('GET', path(1))).body)).toEqual(['My lamp is dark', 'Hello'])
})

it('lists newest first or oldest first, page by page, one conversation at a time', async () => {
  await api('POST', path(2), { communications: [say(13, 'three'), say(11, 'one'), say(12, 'two')] })
  await api('POST', path(3), { communications: [say(14, 'elsewhere')] })
  const first = (await api('GET', `${path(2)}?pageSize=2`)).body
  expect([textsOf(first), first.meta.key]).toEqual([['three', 'two'], 'communications'])
  const second = (await api('GET', `${path(2)}?pageSize=2&pageToken=${first.meta.nextToken}`)).body
  expect(textsOf(second)).toEqual(['one'])
  expect(textsOf((await api('GET', `${path(2)}?orderBy=ASC`)).body)).toEqual(['one', 'two', 'three'])
})

it('takes a hundred, refuses one more, and all when one is wrong', async () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => say(100 + index, `text ${index}`))
  expectRefusal(await api('POST', path(4), { communications: many(101) }), 400)
  const broken = { ...say(1, 'x'), createdAt: '2026-02-30T10:00:00Z' }
  expectRefusal(await api('POST', path(4), { communications: [say(2, 'y'), broken] }), 400)
  expectRefusal(await api('POST', path(4), [say(1, 'x')]), 400)
  expect((await api('GET', path(4))).body.communications).toEqual([])
  expect((await api('POST', path(4), { communications: many(100) })).status).toBe(202)
  expect((await api('GET', `${path(4)}?pageSize=1000`)).body.communications).toHaveLength(100)
})

it('leaves out a type that is not known, of authors and recipients', async () => {
  const { author, recipients, ...rest } = say(1, 'Who am I?')
  const unknown = {
    author: { ...author, type: 'UNKNOWN' },
    recipients: recipients.map((one) => ({ ...one, type: 'UNKNOWN' })),
  }
  await api('POST', path(5), { communications: [{ ...rest, ...unknown }] })
  const [stored] = (await api('GET', path(5))).body.communications
  expect([stored.author.id, 'type' in stored.author, 'type' in stored.recipients[0]]).toEqual([author.id, false, false])
})
