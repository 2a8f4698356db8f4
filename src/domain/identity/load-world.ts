import { groupBy } from '../../group-by.js'
import type { StoreScope } from '../../scope.js'
import { type IdentifierRow, queryIdentifiers, selectIdentifierOwners } from '../../storage/identifier.js'
import { type ProfileRow, queryLockedProfiles } from '../../storage/profile.js'
import { selectMergedProfiles } from '../../storage/profile-merge.js'
import { readAll, readOne } from '../../storage/statement.js'
import type { Executor } from '../../storage/tables.js'
import type { BatchWrite } from './batch.js'
import { type IdentityRules, sharedRules } from './decide.js'

import { type IdentifierValue, type ProfileState, parseFacts } from './state.js'
import { createWorld, type World } from './world.js'

/** What the batch found in the database. */
export interface FoundWorld {
  readonly world: World
  readonly loaded: ReadonlyMap<string, ProfileState>
  /** Where targets that were merged before the batch are now. */
  readonly merged: ReadonlyMap<string, string>
}

/** Reads and holds everybody whom a batch may be about. */
export async function loadWorld(
  trx: Executor,
  scope: StoreScope,
  rules: IdentityRules,
  { writes, owners }: Batch,
): Promise<FoundWorld> {
  const targets = writes.flatMap((write) => write.target ?? [])
  const loaded = new Map<string, ProfileState>()
  const ids = [...new Set([...owners, ...targets])].sort()
  // Of whom nothing but traits is written the identifiers are not looked at, unless a rule looks at those of everybody.
  const identified = sharedRules(rules).length > 1 ? ids : findIdentified({ writes, owners })
  await loadProfiles(trx, scope, ids, loaded, identified)
  await loadSharers(trx, scope, rules, loaded)
  const missing = targets.filter((target) => !loaded.has(target))
  const merged = await selectMergedProfiles(trx, scope, missing)
  return {
    world: createWorld(rules, loaded.values()),
    loaded,
    merged: new Map(merged.map(({ profileId, canonicalId }) => [profileId, canonicalId])),
  }
}

/** A batch, with whom its identifiers belong to. */
export interface Batch {
  readonly writes: readonly BatchWrite[]
  readonly owners: readonly string[]
}

/** Profiles whose identifiers the batch may compare or change. */
function findIdentified({ writes, owners }: Batch): string[] {
  const targets = writes.flatMap(({ target, prepared: { identifiers, edit } }) =>
    target !== undefined && (identifiers.length > 0 || edit !== undefined) ? [target] : [],
  )
  return [...new Set([...owners, ...targets])]
}

/** Sorted, so that engines that lock rows lock them in one order everywhere. */
export function uniqueSorted(identifiers: readonly IdentifierValue[]): IdentifierValue[] {
  const byKey = new Map(identifiers.map((identifier) => [`${identifier.idType}\n${identifier.value}`, identifier]))
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, identifier]) => identifier)
}

async function loadProfiles(
  trx: Executor,
  scope: StoreScope,
  ids: readonly string[],
  loaded: Map<string, ProfileState>,
  identified: readonly string[] = ids,
): Promise<void> {
  if (ids.length === 0) return
  const [rows, found] =
    identified.length === 0
      ? [await readOne(trx, queryLockedProfiles(trx, scope, ids)), []]
      : await readAll<[ProfileRow[], IdentifierRow[]]>(trx, [
          queryLockedProfiles(trx, scope, ids),
          queryIdentifiers(trx, scope, identified),
        ])
  const identifiers = groupBy(found, (identifier) => identifier.profileId)
  for (const row of rows) {
    loaded.set(row.id, {
      id: row.id,
      createdAt: row.createdAt,
      traits: JSON.parse(row.traits) as ProfileState['traits'],
      facts: parseFacts(row.id, row.facts),
      identifiers: (identifiers.get(row.id) ?? []).map(({ idType, value, originProfileId, ordinal, joins }) => ({
        idType,
        value,
        origin: originProfileId,
        ordinal,
        joins,
      })),
    })
  }
}

/** Where two shared identifiers together join profiles, those that share one with a loaded profile count too. */
async function loadSharers(
  trx: Executor,
  scope: StoreScope,
  rules: IdentityRules,
  loaded: Map<string, ProfileState>,
): Promise<void> {
  const shared = sharedRules(rules)
  if (shared.length < 2) return
  let before = -1
  while (before !== loaded.size) {
    before = loaded.size
    const identifiers = [...loaded.values()]
      .flatMap((profile) => profile.identifiers)
      .filter((identifier) => shared.includes(identifier.idType))
    const owners = await selectIdentifierOwners(trx, scope, uniqueSorted(identifiers))
    await loadProfiles(
      trx,
      scope,
      owners.filter((owner) => !loaded.has(owner)),
      loaded,
    )
  }
}
