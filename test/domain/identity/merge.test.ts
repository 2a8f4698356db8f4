import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { applyLimits, identityOf, mergeProfiles, uniteIdentifiers } from '../../../src/domain/identity/merge.js'
import { entryOf, type OwnedIdentifier, type ProfileState, type TraitFact } from '../../../src/domain/identity/state.js'
import { ALL_TYPES, anyHistory, anyIdentifier, identifier, MODEL_RULES, play, toIdentityRules } from './play.js'

const types = toIdentityRules(MODEL_RULES).identifierTypes

/** Names that every object has are ordinary names of traits. */
const NAMES = ['city', 'constructor', 'toString', 'valueOf']

/** One fact has one value: it follows from where and when it was written. A seventh of the facts are removals. */
function valueOfFact({ origin, ordinal }: TraitFact): string | undefined {
  return ordinal % 7 === 0 ? undefined : `${origin}/${ordinal}`
}

function mapDefined(facts: Record<string, TraitFact>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, fact]): [string, string][] => {
      const value = valueOfFact(fact)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function anyProfile(id: string): fc.Arbitrary<ProfileState> {
  const fact = fc.record({ ordinal: fc.integer({ min: 1, max: 50 }), origin: fc.constant(id) })
  return fc
    .record({
      createdAt: fc.nat(3),
      facts: fc.dictionary(fc.constantFrom(...NAMES), fact),
      identifiers: fc.array(fc.tuple(anyIdentifier(ALL_TYPES), fc.nat(20), fc.nat(3)), { maxLength: 6 }),
    })
    .map(({ createdAt, facts, identifiers }) => {
      const traits = mapDefined(facts)
      return {
        id,
        createdAt,
        traits: Object.keys(traits).length > 0 ? { Contact: traits } : {},
        facts: Object.keys(facts).length > 0 ? { Contact: { ...facts } } : {},
        identifiers: uniteIdentifiers(
          identifiers.map(([one, ordinal, joins]) => ({ ...one, ordinal, joins, origin: id })),
        ),
      }
    })
}

const anyThree = fc.tuple(anyProfile('a'), anyProfile('b'), anyProfile('c'))
const merge = (a: ProfileState, b: ProfileState) => mergeProfiles(a, b, types).survivor

it('merges commute', () => {
  fc.assert(
    fc.property(anyThree, ([a, b]) => {
      expect(mergeProfiles(a, b, types)).toEqual(mergeProfiles(b, a, types))
    }),
    { numRuns: 500 },
  )
})

it('merges associate', () => {
  fc.assert(
    fc.property(anyThree, ([a, b, c]) => {
      expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)))
      expect(merge(merge(c, a), b)).toEqual(merge(a, merge(b, c)))
    }),
    { numRuns: 1000 },
  )
})

it('keeps of each trait the newest fact, a removal too', () => {
  fc.assert(
    fc.property(anyThree, ([a, b]) => {
      const { facts, traits } = merge(a, b)
      for (const name of NAMES) {
        const both = [a, b].flatMap((one) => Object.entries(one.facts.Contact ?? {}).filter(([key]) => key === name))
        const newest = both
          .map(([, fact]) => fact)
          .sort((x, y) => y.ordinal - x.ordinal || (x.origin < y.origin ? 1 : -1))[0]
        const own = (map: object | undefined): unknown => new Map(Object.entries(map ?? {})).get(name)
        expect(own(facts.Contact)).toEqual(newest)
        expect(own(traits.Contact)).toEqual(newest && valueOfFact(newest))
      }
    }),
    { numRuns: 500 },
  )
})

it('loses nothing: what the survivor does not have stands in the ledger', () => {
  const small = new Map([...types].map(([idType, config]) => [idType, { ...config, limit: 2 }]))
  const sorted = (identifiers: readonly OwnedIdentifier[]) => identifiers.map(identityOf).sort()
  fc.assert(
    fc.property(anyThree, ([a, b]) => {
      const { survivor, absorbed, displaced } = mergeProfiles(a, b, small)
      expect(new Set([survivor.id, absorbed.id])).toEqual(new Set(['a', 'b']))
      expect(sorted([...survivor.identifiers, ...displaced.identifiers])).toEqual(
        sorted([...a.identifiers, ...b.identifiers]),
      )
      const before = survivor.id === 'a' ? a : b
      for (const { group, name, value, fact } of displaced.traits) {
        expect(entryOf(before.facts, group, name)).toEqual(fact)
        expect(entryOf(before.traits, group, name) ?? null).toEqual(value)
      }
    }),
  )
})

it('unites identifiers in the order of time, each once, as old as it ever was', () => {
  const known = { ...identifier('email', '1'), origin: 'a' }
  const later = { ...identifier('phone', '2'), origin: 'b', ordinal: 5 }
  expect(uniteIdentifiers([later, { ...known, ordinal: 9 }, { ...known, ordinal: 3 }])).toEqual([
    { ...known, ordinal: 3 },
    later,
  ])
})

it('applies limits: fifo keeps the newest, lifo the oldest, other types are left alone', () => {
  const anyList = fc.array(anyIdentifier(['email', 'phone']), { maxLength: 12 })
  fc.assert(
    fc.property(
      anyList,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('fifo', 'lifo'),
      (list, limit, limitPolicy) => {
        const identifiers = list.map((one, ordinal) => ({ ...one, origin: 'a', ordinal }))
        const ofType = (all: readonly OwnedIdentifier[], idType: string) => all.filter((one) => one.idType === idType)
        const result = applyLimits(identifiers, new Map([['email', { limit, limitPolicy }]]))
        const emails = ofType(identifiers, 'email')
        expect(ofType(result, 'email')).toEqual(limitPolicy === 'fifo' ? emails.slice(-limit) : emails.slice(0, limit))
        expect(ofType(result, 'phone')).toEqual(ofType(identifiers, 'phone'))
      },
    ),
  )
})

it('exceeds no limit after any history', () => {
  const anyLimit = fc.record({
    limit: fc.integer({ min: 1, max: 3 }),
    limitPolicy: fc.constantFrom('fifo' as const, 'lifo' as const),
  })
  fc.assert(
    fc.property(anyHistory({ maxLength: 20 }), anyLimit, (writes, limits) => {
      const { world } = play(toIdentityRules(MODEL_RULES, limits), writes)
      const counts = [...world.profiles()].flatMap(({ identifiers }) =>
        ALL_TYPES.map((idType) => identifiers.filter((one) => one.idType === idType).length),
      )
      expect(Math.max(...counts)).toBeLessThanOrEqual(limits.limit)
    }),
    { numRuns: 500 },
  )
})

it('keeps the newest (fifo) or oldest (lifo) values of a person who gets one after the other', () => {
  const writes = ['1', '2', '3', '4', '5'].map((value) => ({
    identifiers: [identifier('phone', 'anchor'), identifier('device', value)],
  }))
  for (const [limitPolicy, kept] of [
    ['fifo', ['3', '4', '5']],
    ['lifo', ['1', '2', '3']],
  ] as const) {
    const [person] = play(toIdentityRules(MODEL_RULES, { limit: 3, limitPolicy }), writes).world.profiles()
    const devices = person?.identifiers.filter(({ idType }) => idType === 'device')
    expect(devices?.map(({ value }) => value)).toEqual(kept)
  }
})
