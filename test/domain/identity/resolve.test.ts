import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Context } from '../../../src/context.js'
import { profileBatch } from '../../../src/domain/identity/batch.js'
import { type ProfileWrite, resolve, toBatch } from '../../../src/domain/identity/resolve.js'
import { replaceIdentitySettings } from '../../../src/domain/identity/settings.js'
import { loadSchema, type StoreSchema } from '../../../src/domain/schema.js'
import { openStore } from '../../../src/domain/store-scope.js'
import type { StoreScope } from '../../../src/scope.js'
import { selectIdentifiersOfProfile } from '../../../src/storage/identifier.js'
import { findProfile, selectProfileIds } from '../../../src/storage/profile.js'
import { findCanonicalId } from '../../../src/storage/profile-merge.js'
import { createTestContext, openTestStore, TEST_ACTOR } from '../../support/context.js'
import { findPeople, identifiersOf, type ModelRules, type ModelWrite, traitsOf } from './model.js'
import { anyHistory, GROUP, MODEL_RULES } from './play.js'

const RUNS = 40

/** With one shared type alone no two of them join anybody, and the identifiers of others need not be looked at. */
const ONE_SHARED: ModelRules = { ...MODEL_RULES, shared: MODEL_RULES.shared.slice(0, 1) }

/** A store whose identifier types are those of the model. */
async function openModelStore(ctx: Context, rules: ModelRules): Promise<StoreScope> {
  const scope = await openTestStore(ctx)
  const defaults = ['email', 'phone', 'whatsapp', 'chat']
  const unruled = MODEL_RULES.shared.filter((idType) => !rules.shared.includes(idType))
  const configs = [
    ...[...defaults, ...unruled, 'note'].map((idType) => ({ idType, normalization: 'none' as const })),
    ...rules.shared.map((idType) => ({ idType, enforceUnique: false })),
  ]
  const matchingRules = [...rules.exclusive, ...rules.shared]
  await replaceIdentitySettings(ctx, scope, TEST_ACTOR, { identifierConfigs: configs, matchingRules }, undefined)
  // As of the new version.
  return openStore(ctx, scope.accountSid, scope.storeId)
}

/** A history and where it is cut into batches. A write may name a profile of an earlier batch only. */
const anyBatches = fc
  .tuple(anyHistory({ maxLength: 8 }), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }))
  .map(([writes, cuts]) => {
    const batches = writes.map((_, index) => cuts.slice(1, index + 1).filter(Boolean).length)
    return writes.map(({ target, ...write }, index) => ({
      batch: batches[index] ?? 0,
      write: { ...write, ...(target !== undefined && (batches[target] ?? 0) < (batches[index] ?? 0) && { target }) },
    }))
  })

type BatchedWrite = { readonly batch: number; readonly write: ModelWrite }

async function canonicalIdOf(ctx: Context, scope: StoreScope, id: string): Promise<string> {
  return (await findCanonicalId(ctx.db.read, scope, id)) ?? id
}

/** Gives the id of each write. */
type Resolve = (ctx: Context, scope: StoreScope, writes: readonly ProfileWrite[]) => Promise<string[]>

const resolveHere: Resolve = async (ctx, scope, writes) => {
  const batch = toBatch(ctx, scope, await loadSchema(ctx, ctx.db.read, scope), writes)
  const result = await ctx.db.transaction((trx) => profileBatch(() => ctx.newId).run(trx, batch))
  if (!('outcomes' in result)) throw new Error('the schema is not the one that was read')
  return result.outcomes.map((outcome) => {
    if ('refusal' in outcome) throw new Error(JSON.stringify(outcome.refusal))
    return outcome.profileId
  })
}

const resolveByEngine: Resolve = async (ctx, scope, writes) => {
  const outcomes = await resolve(ctx, scope, () => writes)
  return outcomes.map((outcome) => {
    if ('error' in outcome) throw outcome.error
    return outcome.profileId
  })
}

/** Where a batch is decided: on this thread, where the engine likes, or first there with the writes of an older schema. */
const PLACES: Record<string, { resolve: Resolve; isOutdated: boolean }> = {
  here: { resolve: resolveHere, isOutdated: false },
  'by the engine': { resolve: resolveByEngine, isOutdated: false },
  'after they were validated again': {
    resolve: resolveByEngine,
    isOutdated: true,
  },
}

/** Writes the history to the database; resolves with the id that each write was answered with. */
async function writeHistory(
  ctx: Context,
  scope: StoreScope,
  history: readonly BatchedWrite[],
  salt: string,
  { resolve, isOutdated }: { resolve: Resolve; isOutdated: boolean },
) {
  const ids: string[] = []
  const { version } = await loadSchema(ctx, ctx.db.read, scope)
  for (let batch = 0; batch <= (history.at(-1)?.batch ?? 0); batch += 1) {
    const writes = history
      .filter((entry) => entry.batch === batch)
      .map(async ({ write }) => {
        const prepared = {
          schemaVersion: isOutdated ? 0 : version,
          identifiers: write.identifiers.map(({ idType, value }) => ({ idType, value: salt + value })),
          changes: Object.entries(write.traits ?? {}).map(([name, value]) => ({
            group: GROUP,
            name,
            value: value ?? undefined,
            idType: undefined,
          })),
        }
        const target = write.target === undefined ? undefined : await canonicalIdOf(ctx, scope, ids[write.target] ?? '')
        const prepare = (schema: StoreSchema) => ({ ...prepared, schemaVersion: schema.version })
        return { actor: TEST_ACTOR, prepared, prepare, ...(target !== undefined && { target }) }
      })
    ids.push(...(await resolve(ctx, scope, await Promise.all(writes))))
  }
  return ids
}

it.each([
  ['several', 'here', MODEL_RULES],
  ['several', 'by the engine', MODEL_RULES],
  ['several', 'after they were validated again', MODEL_RULES],
  ['one', 'by the engine', ONE_SHARED],
])(
  'stores what the rules decide, however the writes are cut into batches, with %s shared types, decided %s',
  async (_, place, rules) => {
    const ctx = await createTestContext()
    const scope = await openModelStore(ctx, rules)
    const seen = new Set<string>()
    let run = 0
    await fc.assert(
      fc.asyncProperty(anyBatches, async (history) => {
        run += 1
        const salt = `${run}:`
        const ids = await writeHistory(ctx, scope, history, salt, PLACES[place] ?? PLACES.here!)
        const writes = history.map(({ write }) => write)
        for (const person of findPeople(rules, writes)) {
          const canonicalIds = await Promise.all(person.map((index) => canonicalIdOf(ctx, scope, ids[index] ?? '')))
          expect(new Set(canonicalIds)).toEqual(new Set([ids[person[0] ?? 0]]))
          const profile = await findProfile(ctx.db.read, scope, canonicalIds[0] ?? '')
          expect(JSON.parse(profile?.traits ?? '{}')[GROUP] ?? {}).toEqual(traitsOf(writes, person))
          const stored = await selectIdentifiersOfProfile(ctx.db.read, scope, profile?.id ?? '')
          const wanted = identifiersOf(writes, person).map(({ idType, value }) => `${idType}=${salt}${value}`)
          expect(stored.map(({ idType, value }) => `${idType}=${value}`).sort()).toEqual([...new Set(wanted)].sort())
          expect(seen.has(profile?.id ?? '')).toBe(false)
          seen.add(profile?.id ?? '')
        }
        expect(
          await selectProfileIds(ctx.db.read, scope, { limit: 10_000, order: 'asc', after: undefined }),
        ).toHaveLength(seen.size)
      }),
      { numRuns: RUNS, endOnFailure: true },
    )
  },
)
