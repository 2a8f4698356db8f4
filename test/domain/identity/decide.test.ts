import { expect, it } from 'vitest'
import { decide, isExclusive, isHub, sharedRules } from '../../../src/domain/identity/decide.js'
import type { IdentifierValue, ProfileState } from '../../../src/domain/identity/state.js'
import { identifier, MODEL_RULES, toIdentityRules } from './play.js'

const rules = toIdentityRules(MODEL_RULES)

function profile(id: string, createdAt: number, identifiers: IdentifierValue[]): ProfileState {
  return {
    id,
    createdAt,
    traits: {},
    facts: {},
    identifiers: identifiers.map((one) => ({ ...one, origin: id, ordinal: createdAt })),
  }
}

function owners(...profiles: ProfileState[]) {
  return ({ idType, value }: IdentifierValue) =>
    profiles.filter((owner) => owner.identifiers.some((one) => one.idType === idType && one.value === value))
}

const email = identifier('email', 'ann@example.com')
const phone = identifier('phone', '+13175550100')
const ann = profile('b', 2, [email])
const bob = profile('a', 3, [phone])

it('creates when nobody matches and updates when one does', () => {
  expect(decide(rules, [email], owners())).toEqual({ kind: 'create' })
  expect(decide(rules, [email, phone], owners(ann))).toEqual({
    kind: 'update',
    canonical: { profile: ann, rule: 'email', via: email },
    absorbed: [],
  })
})

it('merges all who match into the earliest, whichever rule found it', () => {
  for (const identifiers of [
    [email, phone],
    [phone, email],
  ]) {
    expect(decide(rules, identifiers, owners(bob, ann))).toEqual({
      kind: 'update',
      canonical: { profile: ann, rule: 'email', via: email },
      absorbed: [{ profile: bob, rule: 'phone', via: phone }],
    })
  }
})

it('takes the smaller id of two profiles of the same millisecond for the earlier one', () => {
  const twin = profile('c', 2, [phone])
  expect(decide(rules, [phone, email], owners(twin, ann))).toMatchObject({ canonical: { profile: ann } })
})

it('joins the profile that a write names with those its values find', () => {
  expect(decide(rules, [], owners(ann), bob)).toEqual({
    kind: 'update',
    canonical: { profile: bob, rule: '' },
    absorbed: [],
  })
  expect(decide(rules, [email], owners(ann), bob)).toMatchObject({
    canonical: { profile: ann, rule: 'email' },
    absorbed: [{ profile: bob, rule: '' }],
  })
})

it('matches no type that is not a matching rule', () => {
  const note = identifier('note', 'n')
  expect(decide(rules, [note], owners(profile('d', 1, [note])))).toEqual({ kind: 'create' })
})

it('knows exclusive from shared rules', () => {
  expect(['email', 'phone', 'device', 'note', 'unknown'].filter((idType) => isExclusive(rules, idType))).toEqual([
    'email',
    'phone',
  ])
  expect(sharedRules(rules)).toEqual(['device', 'household', 'office'])
})

it('passes over the owner of a value that joined as many profiles as it may', () => {
  const office = { ...phone, origin: 'a', ordinal: 1, joins: 2 }
  const crowd = { ...bob, identifiers: [office] }
  const limited = { ...rules, maxJoinedProfiles: 3 }
  expect(isHub(limited, office)).toBe(true)
  expect(isHub({ ...rules, maxJoinedProfiles: 4 }, office)).toBe(false)
  expect(isHub(rules, office)).toBe(false)
  expect(decide(limited, [phone], owners(crowd))).toEqual({ kind: 'create', keptApart: [crowd] })
  expect(decide(limited, [phone, email], owners(crowd, ann))).toMatchObject({
    canonical: { profile: ann },
    absorbed: [],
  })
})
