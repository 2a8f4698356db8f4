import * as fc from 'fast-check'
import type { IdentifierConfig } from '../../../src/contract/identity.js'
import type { IdentityRules } from '../../../src/domain/identity/decide.js'
import type { IdentifierValue, ProfileState } from '../../../src/domain/identity/state.js'
import { createWorld, type World, type WorldOutcome } from '../../../src/domain/identity/world.js'
import type { ModelRules, ModelWrite } from './model.js'

export const GROUP = 'Contact'
const UNLIMITED = 1000

/** `note` is an identifier type that no matching rule names. */
export const MODEL_RULES: ModelRules = { exclusive: ['email', 'phone'], shared: ['device', 'household', 'office'] }

export function toIdentityRules(
  { exclusive, shared }: ModelRules,
  limits: Pick<IdentifierConfig, 'limit' | 'limitPolicy'> = { limit: UNLIMITED, limitPolicy: 'fifo' },
): IdentityRules {
  const config = (idType: string): [string, IdentifierConfig] => [
    idType,
    {
      idType,
      ...limits,
      enforceUnique: !shared.includes(idType),
      matchingAlgo: 'exact',
      matchingThreshold: 75,
      normalization: 'none',
    },
  ]
  return {
    identifierTypes: new Map([...exclusive, ...shared, 'note'].map(config)),
    matchingRules: [...exclusive, ...shared],
  }
}

export interface Played {
  readonly world: World
  /** The profile id that each write was answered with. */
  readonly ids: readonly string[]
  readonly outcomes: readonly WorldOutcome[]
}

/** Plays writes into a world, one after the other, in one batch on top of `loaded`. */
export function play(
  rules: IdentityRules,
  writes: readonly ModelWrite[],
  { loaded = [], start = 0 }: { loaded?: Iterable<ProfileState>; start?: number } = {},
): Played {
  const world = createWorld(rules, loaded)
  const outcomes: WorldOutcome[] = []
  writes.forEach(({ identifiers, target, traits = {} }, index) => {
    const time = start + index + 1
    const targetId = target === undefined ? undefined : outcomes[target]?.profileId
    const changes = Object.entries(traits).map(([name, value]) => ({
      group: GROUP,
      name,
      value: value ?? undefined,
      idType: undefined,
    }))
    const write = {
      identifiers,
      changes,
      ordinal: time,
      target: targetId === undefined ? undefined : world.find(targetId),
    }
    outcomes.push(world.apply(write, () => ({ id: profileId(time), createdAt: time })))
  })
  return { world, outcomes, ids: outcomes.map((outcome) => outcome.profileId) }
}

/** The id of a profile that the write of this time created. */
export function profileId(time: number): string {
  return `profile-${String(time).padStart(4, '0')}`
}

/** Which writes ended with the same profile: the numbers of the writes of each person, in order. */
export function groupWrites({ world, ids }: Played): number[][] {
  const people = new Map<string, number[]>()
  ids.forEach((id, index) => {
    const canonicalId = world.find(id)?.id ?? `${id} is lost`
    people.set(canonicalId, [...(people.get(canonicalId) ?? []), index])
  })
  return [...people.values()].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
}

export function identifier(idType: string, value: string): IdentifierValue {
  return { idType, value }
}

/** Few values, so that writes meet. */
export function anyIdentifier(types: readonly string[], values = ['1', '2', '3', '4']): fc.Arbitrary<IdentifierValue> {
  return fc.record({ idType: fc.constantFrom(...types), value: fc.constantFrom(...values) })
}

const anyTraits = fc.dictionary(fc.constantFrom('name', 'city', 'age'), fc.option(fc.constantFrom('x', 'y', 'z')), {
  maxKeys: 2,
})

export const ALL_TYPES = [...MODEL_RULES.exclusive, ...MODEL_RULES.shared, 'note']

/** Types that seldom join people, so that those who share a value remain, until two values join several at once. */
const SHARED_TYPES = [...MODEL_RULES.shared, 'email']

/** Histories of creates, upserts and patches; the target of a write is an earlier one. */
export function anyHistory({ targets = true, maxLength = 10 } = {}): fc.Arbitrary<ModelWrite[]> {
  const history = (one: fc.Arbitrary<IdentifierValue>) => fc.array(anyWrite(one), { minLength: 1, maxLength })
  return fc.oneof(history(anyIdentifier(ALL_TYPES)), history(anyIdentifier(SHARED_TYPES, ['1', '2']))).map((writes) =>
    writes.map(({ target, ...rest }, index) => ({
      ...rest,
      ...(targets && target !== undefined && index > 0 && { target: target % index }),
    })),
  )
}

function anyWrite(one: fc.Arbitrary<IdentifierValue>) {
  return fc.record({
    identifiers: fc.uniqueArray(one, {
      minLength: 1,
      maxLength: 3,
      selector: ({ idType, value }) => `${idType}=${value}`,
    }),
    traits: anyTraits,
    target: fc.option(fc.nat(1000), { nil: undefined, freq: 4 }),
  })
}
