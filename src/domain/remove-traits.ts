import type { Context } from '../context.js'
import type { Traits, TraitValue } from '../contract/profile.js'
import type { StoreScope } from '../scope.js'
import { type ProfileRow, selectProfilesAfter, upsertProfiles } from '../storage/profile.js'
import { selectFrozenTraits, updateFrozenTraits } from '../storage/profile-merge.js'
import { runAll } from '../storage/statement.js'
import { lockStore } from '../storage/store.js'
import type { Executor } from '../storage/tables.js'
import {
  type Displaced,
  type ProfileState,
  parseFacts,
  serializeFacts,
  type TraitFact,
  withEntry,
} from './identity/state.js'
import type { ClaimedJob } from './job.js'
import { openStoreOfJob } from './store-scope.js'

/** Which values go: of a group, or of some of its traits. */
export interface TraitRemoval {
  readonly group: string
  readonly traits?: readonly string[]
  /** Values written later than this belong to a trait that was declared anew; see `ordinal` in storage/tables.ts. */
  readonly until: number
}

const PAGE_SIZE = 200

type Checkpoint = { readonly part: 'profiles' | 'merges'; readonly after: string }

/** Removes the values of undeclared traits from profiles and from the merge ledger; identifiers stay. */
export async function runRemoveTraits(ctx: Context, job: ClaimedJob, shouldStop: () => boolean): Promise<boolean> {
  const removal = job.payload as TraitRemoval
  let checkpoint = (job.checkpoint as Checkpoint | undefined) ?? { part: 'profiles', after: '' }
  for (;;) {
    if (shouldStop()) return false
    const scope = await openStoreOfJob(ctx, job.storeId)
    if (scope === undefined) break
    const next = await ctx.db.transaction((trx) => removePage(ctx, trx, scope, job, removal, checkpoint), {
      background: true,
      owner: scope,
    })
    if (next === undefined) break
    checkpoint = next
  }
  await ctx.db.transaction((trx) => job.finish(trx), { background: true })
  return true
}

async function removePage(
  ctx: Context,
  trx: Executor,
  scope: StoreScope,
  job: ClaimedJob,
  removal: TraitRemoval,
  { part, after }: Checkpoint,
): Promise<Checkpoint | undefined> {
  await lockStore(trx, scope.storeId, 'identity')
  const work = part === 'profiles' ? removeFromProfiles : removeFromMerges
  const last = await work(ctx, trx, scope, removal, after)
  const following: Checkpoint | undefined = part === 'profiles' ? { part: 'merges', after: '' } : undefined
  const next = last === undefined ? following : { part, after: last }
  if (next !== undefined) await job.advance(trx, next)
  return next
}

async function removeFromProfiles(
  ctx: Context,
  trx: Executor,
  scope: StoreScope,
  removal: TraitRemoval,
  after: string,
): Promise<string | undefined> {
  const rows = await selectProfilesAfter(trx, scope, after, PAGE_SIZE)
  const changed = rows.flatMap((row): ProfileRow[] => {
    const stripped = strip(row, removal)
    return stripped === undefined ? [] : [{ ...row, ...stripped, updatedAt: ctx.now() }]
  })
  await runAll(trx, upsertProfiles(scope, changed))
  return rows.at(-1)?.id
}

async function removeFromMerges(
  _ctx: Context,
  trx: Executor,
  scope: StoreScope,
  removal: TraitRemoval,
  after: string,
): Promise<string | undefined> {
  const rows = await selectFrozenTraits(trx, scope, after, PAGE_SIZE)
  const statements = rows.map((row) => {
    const displaced = JSON.parse(row.displaced) as Displaced
    const traits = displaced.traits.filter(({ group, name, fact }) => !isRemoved(removal, group, name, fact.ordinal))
    return updateFrozenTraits(trx, scope, {
      ...row,
      ...strip(row, removal),
      displaced: JSON.stringify({ ...displaced, traits }),
    })
  })
  await runAll(trx, statements)
  return rows.at(-1)?.id
}

function isRemoved({ group, traits, until }: TraitRemoval, inGroup: string, name: string, ordinal: number): boolean {
  return inGroup === group && (traits === undefined || traits.includes(name)) && ordinal <= until
}

/** Traits and facts without what is removed; nothing when there was none of it. */
function strip(
  row: Pick<ProfileRow, 'id' | 'traits' | 'facts'>,
  removal: TraitRemoval,
): Pick<ProfileRow, 'traits' | 'facts'> | undefined {
  const before = parseFacts(row.id, row.facts)
  const names = Object.entries(Object.hasOwn(before, removal.group) ? (before[removal.group] ?? {}) : {})
    .filter(([name, fact]) => isRemoved(removal, removal.group, name, fact.ordinal))
    .map(([name]) => name)
  if (names.length === 0) return undefined
  let traits: Readonly<Traits> = JSON.parse(row.traits) as Traits
  let facts: ProfileState['facts'] = before
  for (const name of names) {
    traits = withEntry<TraitValue>(traits, removal.group, name, undefined)
    facts = withEntry<TraitFact>(facts, removal.group, name, undefined)
  }
  return { traits: JSON.stringify(traits), facts: serializeFacts({ id: row.id, facts }) }
}
