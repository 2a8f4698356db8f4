import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { findPeople, identifiersOf, type ModelWrite, traitsOf } from './model.js'
import { anyHistory, GROUP, groupWrites, identifier, MODEL_RULES, play, profileId, toIdentityRules } from './play.js'

const rules = toIdentityRules(MODEL_RULES)
const keyOf = ({ idType, value }: { idType: string; value: string }) => `${idType}=${value}`

it('agrees with the model on who is one person, on their traits and on their identifiers', () => {
  fc.assert(
    fc.property(anyHistory(), (writes) => {
      const played = play(rules, writes)
      const people = findPeople(MODEL_RULES, writes)
      const wanted = people.map((person) => ({
        person,
        traits: traitsOf(writes, person),
        identifiers: [...new Set(identifiersOf(writes, person).map(keyOf))].sort(),
      }))
      const found = groupWrites(played).map((person) => {
        const profile = played.world.find(played.ids[person[0] ?? 0] ?? '')
        return { person, traits: profile?.traits[GROUP] ?? {}, identifiers: profile?.identifiers.map(keyOf).sort() }
      })
      expect(found).toEqual(wanted)
      expect([...played.world.profiles()]).toHaveLength(people.length)
    }),
    { numRuns: 2000 },
  )
})

it('does not depend on the order of the writes', () => {
  const shuffled = anyHistory({ targets: false }).chain((writes) =>
    fc.tuple(
      fc.constant(writes),
      fc.shuffledSubarray(
        writes.map((_, index) => index),
        { minLength: writes.length },
      ),
    ),
  )
  fc.assert(
    fc.property(shuffled, ([writes, order]) => {
      const straight = groupWrites(play(rules, writes))
      const permuted = groupWrites(
        play(
          rules,
          order.map((index) => writes[index] as ModelWrite),
        ),
      )
      const renamed = permuted
        .map((person) => person.map((position) => order[position] ?? -1).sort((a, b) => a - b))
        .sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
      expect(renamed).toEqual(straight)
    }),
    { numRuns: 1000 },
  )
})

it('is the same in one batch as in several', () => {
  fc.assert(
    fc.property(anyHistory({ targets: false }), fc.nat(10), (writes, cut) => {
      const whole = play(rules, writes)
      const first = play(rules, writes.slice(0, cut))
      const second = play(rules, writes.slice(cut), {
        loaded: first.world.profiles(),
        start: Math.min(cut, writes.length),
      })
      const sorted = (world: typeof whole.world) => [...world.profiles()].sort((a, b) => (a.id < b.id ? -1 : 1))
      expect(sorted(second.world)).toEqual(sorted(whole.world))
    }),
    { numRuns: 500 },
  )
})

it('changes nothing when writes that identify somebody are repeated', () => {
  const anchored = anyHistory({ targets: false }).map((writes) =>
    writes.map((write, index) => ({
      ...write,
      identifiers: [...write.identifiers, identifier('email', `e${index % 4}`)],
    })),
  )
  const people = (writes: readonly ModelWrite[]) =>
    [...play(rules, writes).world.profiles()]
      .map(({ traits, identifiers }) => ({ traits, identifiers: identifiers.map(keyOf).sort() }))
      .sort((a, b) => (JSON.stringify(a.identifiers) < JSON.stringify(b.identifiers) ? -1 : 1))
  fc.assert(
    fc.property(anchored, (writes) => {
      const once = people(writes)
      expect(people([...writes, ...writes])).toEqual(once)
      expect(people(writes.flatMap((write) => [write, write]))).toEqual(once)
    }),
    { numRuns: 500 },
  )
})

it('answers with the earliest profile of the person, and finds it by every id it ever had', () => {
  fc.assert(
    fc.property(anyHistory(), (writes) => {
      const played = play(rules, writes)
      for (const person of findPeople(MODEL_RULES, writes)) {
        const earliest = profileId((person[0] ?? 0) + 1)
        const found = person.map((index) => played.world.find(played.ids[index] ?? '')?.id)
        expect(new Set([...found, played.ids[person.at(-1) ?? 0]])).toEqual(new Set([earliest]))
      }
      for (const { absorptions } of played.outcomes) {
        for (const { absorbed, survivorId } of absorptions) {
          expect(absorbed.id > survivorId).toBe(true)
          expect(played.world.find(absorbed.id)).toBe(played.world.find(survivorId))
        }
      }
    }),
    { numRuns: 500 },
  )
})

it('never lets two profiles own a value of an exclusive type', () => {
  fc.assert(
    fc.property(anyHistory({ maxLength: 20 }), (writes) => {
      const { world } = play(toIdentityRules(MODEL_RULES, { limit: 2, limitPolicy: 'fifo' }), writes)
      const owned = [...world.profiles()].flatMap(({ identifiers }) =>
        identifiers.filter(({ idType }) => MODEL_RULES.exclusive.includes(idType)).map(keyOf),
      )
      expect(new Set(owned).size).toBe(owned.length)
    }),
    { numRuns: 500 },
  )
})

it('does not join people by one value that may be shared, but by two of different types', () => {
  const alone = [
    { identifiers: [identifier('device', 'd')] },
    { identifiers: [identifier('device', 'd'), identifier('household', 'h')] },
    { identifiers: [identifier('household', 'h'), identifier('note', 'n')] },
    { identifiers: [identifier('note', 'n'), identifier('device', 'd')] },
  ]
  expect(groupWrites(play(rules, alone))).toEqual([[0], [1], [2], [3]])
  const together = [...alone, { identifiers: [identifier('device', 'd'), identifier('household', 'h')] }]
  expect(groupWrites(play(rules, together))).toEqual([[0], [1, 4], [2], [3]])
  const twoOfOneType = [
    { identifiers: [identifier('device', 'd'), identifier('device', 'e')] },
    { identifiers: [identifier('device', 'd'), identifier('device', 'e')] },
  ]
  expect(groupWrites(play(rules, twoOfOneType))).toEqual([[0], [1]])
})

it('joins somebody whom only the union of two merged people resembles', () => {
  const { ids, world, outcomes } = play(rules, [
    { identifiers: [identifier('email', '1'), identifier('device', 'd')] },
    { identifiers: [identifier('phone', '2'), identifier('household', 'h')] },
    { identifiers: [identifier('device', 'd'), identifier('household', 'h'), identifier('note', 'n')] },
    { identifiers: [identifier('email', '1'), identifier('phone', '2')] },
  ])
  expect(new Set(ids.map((id) => world.find(id)?.id)).size).toBe(1)
  expect(outcomes[3]?.absorptions.map(({ rule }) => rule)).toEqual(['phone', 'device+household'])
})

it('goes on from those whom a write resembles to those whom both together resemble', () => {
  const { world, outcomes } = play(rules, [
    { identifiers: [identifier('office', '1'), identifier('household', '1'), identifier('device', '9')] },
    { identifiers: [identifier('device', '9'), identifier('office', '2')] },
    { identifiers: [identifier('office', '2'), identifier('note', '1')] },
    { identifiers: [identifier('office', '1'), identifier('office', '2'), identifier('household', '1')] },
  ])
  expect(outcomes[3]?.absorptions.map(({ rule }) => rule)).toEqual(['device+office'])
  expect([...world.profiles()]).toHaveLength(2)
})

it('lets a value that joined as many profiles as it may join no more; its later owners share it', () => {
  const office = identifier('phone', 'office')
  const writes = ['1', '2', '3', '4', '5'].flatMap((value) => [
    { identifiers: [identifier('email', value)] },
    { identifiers: [identifier('email', value), office] },
  ])
  const { world, ...played } = play({ ...rules, maxJoinedProfiles: 3 }, writes)
  expect(groupWrites({ world, ...played })).toEqual([
    [0, 1, 2, 3, 4, 5],
    [6, 7],
    [8, 9],
  ])
  for (const { identifiers } of world.profiles()) expect(identifiers.map(keyOf)).toContain(keyOf(office))
})
