import { describe, expect, it } from 'vitest'
import type { IdentifierConfig } from '../../../src/contract/identity.js'
import { applyEdit } from '../../../src/domain/identity/edit.js'
import type { ProfileState } from '../../../src/domain/identity/state.js'
import { identifier, MODEL_RULES, play, toIdentityRules } from './play.js'

const emails = ['1', '2', '3'].map((value, index) => ({
  ...identifier('email', value),
  origin: 'a',
  ordinal: index + 1,
}))
const phone = { ...identifier('phone', '9'), origin: 'a', ordinal: 2 }
const state: ProfileState = { id: 'a', createdAt: 1, traits: {}, facts: {}, identifiers: [...emails, phone] }

const rules = (limitPolicy: IdentifierConfig['limitPolicy'] = 'fifo') =>
  toIdentityRules(MODEL_RULES, { limit: 100, limitPolicy })
const valuesAfter = (edit: Parameters<typeof applyEdit>[1], policy?: IdentifierConfig['limitPolicy']) =>
  applyEdit(state, edit, rules(policy)).identifiers.map(({ value }) => value)

describe('remove', () => {
  it('takes the oldest with fifo and the newest with lifo, of its type only', () => {
    expect(valuesAfter({ kind: 'remove', idType: 'email', all: false })).toEqual(['2', '3', '9'])
    expect(valuesAfter({ kind: 'remove', idType: 'email', all: false }, 'lifo')).toEqual(['1', '2', '9'])
  })

  it('takes all of its type', () => {
    expect(valuesAfter({ kind: 'remove', idType: 'email', all: true })).toEqual(['9'])
  })

  it('is refused without a value, and for a type the store does not have', () => {
    expect(() => valuesAfter({ kind: 'remove', idType: 'device', all: true })).toThrow(
      expect.objectContaining({ status: 404 }),
    )
    expect(() => valuesAfter({ kind: 'remove', idType: 'nope', all: true })).toThrow(
      expect.objectContaining({ status: 400 }),
    )
  })
})

describe('replace', () => {
  it('puts the new value where the old one stood in time', () => {
    const edit = { kind: 'replace', idType: 'email', from: '1', to: '7' } as const
    expect(valuesAfter(edit)).toEqual(['7', '2', '9', '3'])
    expect(applyEdit(state, edit, rules()).identifiers[0]).toMatchObject({ value: '7', origin: 'a', ordinal: 1 })
  })

  it('keeps one of two that become equal, as old as the older', () => {
    expect(valuesAfter({ kind: 'replace', idType: 'email', from: '1', to: '3' })).toEqual(['3', '2', '9'])
    expect(valuesAfter({ kind: 'replace', idType: 'email', from: '3', to: '3' })).toEqual(['1', '2', '9', '3'])
  })

  it('is refused when the profile does not have the value', () => {
    for (const [idType, from] of [
      ['email', '8'],
      ['phone', '1'],
    ] as const) {
      expect(() => valuesAfter({ kind: 'replace', idType, from, to: '7' })).toThrow(
        expect.objectContaining({ status: 404 }),
      )
    }
  })
})

it('leaves the world as it was when it is refused', () => {
  const { world } = play(rules(), [{ identifiers: [identifier('email', '1')] }])
  const [before] = world.profiles()
  const write = { target: before, changes: [], identifiers: [identifier('email', '2')], ordinal: 9 }
  const edit = { kind: 'replace', idType: 'email', from: 'x', to: '2' } as const
  expect(() => world.apply({ ...write, edit }, () => ({ id: 'new', createdAt: 9 }))).toThrow()
  expect([...world.profiles()]).toEqual([before])
})
