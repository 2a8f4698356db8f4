import { expect, it } from 'vitest'
import type { Context } from '../../src/context.js'
import type { Communication } from '../../src/contract/communication.js'
import { prepareConversationQuery, prepareQuery } from '../../src/domain/recall/query.js'
import type { Encoder } from '../../src/embedding/encoder.js'
import { createTestContext } from '../support/context.js'

/** A vector that depends on the text's first character alone, so that what is made of several is easily told. */
function createEncoder(): Encoder & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    model: 'first-character',
    dimensions: 128,
    asked,
    async encode(texts) {
      asked.push(...texts)
      return texts.map((text) => {
        const vector = new Float32Array(128)
        vector[text.charCodeAt(0) % 128] = 1
        return vector
      })
    },
    close: async () => undefined,
  }
}

async function contextWith(encoder: Encoder | undefined): Promise<Context> {
  return { ...(await createTestContext()), encoder }
}

const participant = { id: 'conv_participant_00000000000000000000000001', name: 'Ada', address: 'x' }

function say(text: string | undefined, type?: Communication['author']['type']): Communication {
  return {
    id: 'conv_communication_00000000000000000000000001',
    content: text === undefined ? {} : { text },
    author: { ...participant, channel: 'CHAT', ...(type !== undefined && { type }) },
    recipients: [],
  }
}

it('makes a question of its distinct terms, each of one weight', async () => {
  const { terms, vector } = await prepareQuery(await contextWith(createEncoder()), 'Tea, tea and trains?')
  expect(terms).toEqual(
    new Map([
      ['tea', 1],
      ['train', 1],
    ]),
  )
  expect(vector?.['T'.charCodeAt(0)]).toBe(1)
})

it('encodes a repeated question once', async () => {
  const encoder = createEncoder()
  const ctx = await contextWith(encoder)
  for (const question of ['tea?', 'rain?', 'tea?']) await prepareQuery(ctx, question)
  expect(encoder.asked).toEqual(['tea?', 'rain?'])
})

it('is lexical without an encoder, and when the encoder fails', async () => {
  expect((await prepareQuery(await contextWith(undefined), 'tea')).vector).toBeUndefined()
  const failing = { ...createEncoder(), encode: () => Promise.reject(new Error('down')) }
  expect(await prepareQuery(await contextWith(failing), 'tea')).toEqual({
    terms: new Map([['tea', 1]]),
    vector: undefined,
  })
})

it('asks an encoder again that failed before', async () => {
  const working = createEncoder()
  let isDown = true
  const ctx = await contextWith({
    ...working,
    encode: (texts) => (isDown ? Promise.reject(new Error('down')) : working.encode(texts)),
  })
  expect((await prepareQuery(ctx, 'tea')).vector).toBeUndefined()
  isDown = false
  expect((await prepareQuery(ctx, 'tea')).vector).toBeDefined()
})

it('makes nothing of a conversation without text', async () => {
  const ctx = await contextWith(createEncoder())
  expect(await prepareConversationQuery(ctx, [])).toBeUndefined()
  expect(await prepareConversationQuery(ctx, [say(undefined), say('  ')])).toBeUndefined()
})

it('weighs what the customer says more than what an agent says, and the newer more than the older', async () => {
  const ctx = await contextWith(createEncoder())
  const conversation = [say('train', 'CUSTOMER'), say('lamp', 'AI_AGENT'), say('rain'), say('sea', 'HUMAN_AGENT')]
  const query = await prepareConversationQuery(ctx, conversation)
  const weightOf = (term: string) => query?.terms.get(term) ?? Number.NaN
  expect(weightOf('train')).toBeGreaterThan(weightOf('rain'))
  expect(weightOf('rain')).toBeGreaterThan(weightOf('lamp'))
  expect(weightOf('lamp')).toBeGreaterThan(weightOf('sea'))
  const shareOf = (text: string) => query?.vector?.[text.charCodeAt(0)] ?? Number.NaN
  expect(shareOf('train')).toBeGreaterThan(shareOf('rain'))
  expect(shareOf('lamp')).toBeGreaterThan(shareOf('sea'))
  expect(Math.hypot(...(query?.vector ?? []))).toBeCloseTo(1, 5)
})

it('always makes the same query of the same conversation', async () => {
  const conversation = ['my lamp is broken', 'which lamp?', 'the blue lamp'].map((text) => say(text, 'CUSTOMER'))
  const [first, second] = await Promise.all(
    [1, 2].map(async () => prepareConversationQuery(await contextWith(createEncoder()), conversation)),
  )
  expect(first).toBeDefined()
  expect(second).toEqual(first)
})
