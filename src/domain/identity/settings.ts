import type { Context } from '../../context.js'
import type {
  IdentifierConfig,
  IdentitySettings,
  IdentitySettingsAnswer,
  IdentitySettingsInput,
} from '../../contract/identity.js'
import { badRequest, storeNotFound } from '../../errors.js'
import type { Actor, StoreScope } from '../../scope.js'
import { findIdentitySettings, updateIdentitySettings } from '../../storage/identity-settings.js'
import { raiseSchemaVersion } from '../../storage/store.js'
import type { Executor } from '../../storage/tables.js'
import { selectTraitGroups } from '../../storage/trait-group.js'
import { changeStore } from '../control-plane.js'
import { checkIfMatch } from '../etag.js'
import { enqueueJob } from '../job.js'
import type { Versioned } from '../store.js'
import { DEFAULT_IDENTITY_SETTINGS, withDefaults } from './default-settings.js'

/** FetchIdentityResolutionSettings. */
export async function fetchIdentitySettings(
  ctx: Context,
  scope: StoreScope,
): Promise<Versioned<IdentitySettingsAnswer>> {
  const row = await findIdentitySettings(ctx.db.read, scope)
  if (row === undefined) throw storeNotFound(scope.storeId)
  return { value: { ...row.settings, version: row.version }, id: scope.storeId, version: row.version }
}

/**
 * UpdateIdentityResolutionSettings: replaces the settings whole. Stored identifiers of a type whose normalisation or
 * uniqueness changed are gone through by a job, which merges what becomes equal.
 *
 * @returns id of the operation
 * @throws ApiError 400 for settings that contradict themselves or the store's traits, 412
 */
export async function replaceIdentitySettings(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  input: IdentitySettingsInput,
  ifMatch: string | undefined,
): Promise<string> {
  const settings: IdentitySettings = {
    identifierConfigs: input.identifierConfigs.map(withDefaults),
    matchingRules: input.matchingRules,
  }
  checkSettings(settings, ctx.config.limits.identifierTypes)
  const operationId = await changeStore(ctx, actor, scope.storeId, async (trx) => {
    const current = await findIdentitySettings(trx, scope)
    if (current === undefined) throw storeNotFound(scope.storeId)
    checkIfMatch(ifMatch, scope.storeId, current.version)
    await checkPromotions(trx, scope, settings)
    if (JSON.stringify(current.settings) === JSON.stringify(settings)) return { resultId: scope.storeId }
    await updateIdentitySettings(trx, scope, settings, ctx.now())
    await raiseSchemaVersion(trx, scope.storeId)
    for (const idType of changedTypes(current.settings, settings)) {
      await enqueueJob(ctx, trx, { storeId: scope.storeId, kind: 'reidentify', payload: { idType }, actor })
    }
    return { resultId: scope.storeId, event: 'identity-settings.updated' }
  })
  ctx.jobSignal.wake()
  return operationId
}

/** Rules that the form of the settings does not hold. @throws ApiError 400 */
function checkSettings({ identifierConfigs, matchingRules }: IdentitySettings, maxTypes: number): void {
  const types = identifierConfigs.map(({ idType }) => idType)
  if (types.length > maxTypes) throw badRequest(`identifierConfigs must not have more than ${maxTypes} items`)
  refuseRepetition('identifierConfigs', types)
  refuseRepetition('matchingRules', matchingRules)
  const unknown = matchingRules.findIndex((rule) => !types.includes(rule))
  if (unknown >= 0) {
    throw badRequest(`matchingRules[${unknown}] "${matchingRules[unknown]}" must be an idType of identifierConfigs`)
  }
  for (const { idType } of DEFAULT_IDENTITY_SETTINGS.identifierConfigs) {
    if (!types.includes(idType)) throw badRequest(`identifierConfigs must keep the default type "${idType}"`)
  }
}

function refuseRepetition(field: string, names: readonly string[]): void {
  const index = names.findIndex((name, position) => names.indexOf(name) !== position)
  if (index >= 0) throw badRequest(`${field}[${index}] repeats "${names[index]}"`)
}

async function checkPromotions(trx: Executor, scope: StoreScope, settings: IdentitySettings): Promise<void> {
  const types = new Set(settings.identifierConfigs.map(({ idType }) => idType))
  for (const group of await selectTraitGroups(trx, scope)) {
    for (const [name, { idTypePromotion }] of Object.entries(group.traits)) {
      if (idTypePromotion === undefined || types.has(idTypePromotion)) continue
      throw badRequest(
        `identifierConfigs must keep "${idTypePromotion}": the trait ${group.name}.${name} is promoted to it`,
      )
    }
  }
}

/** Types whose stored values may now be written otherwise, or join profiles that they did not join before. */
function changedTypes(before: IdentitySettings, after: IdentitySettings): string[] {
  const joins = ({ idType, enforceUnique }: IdentifierConfig, settings: IdentitySettings) =>
    enforceUnique && settings.matchingRules.includes(idType)
  return after.identifierConfigs.flatMap((config) => {
    const old = before.identifierConfigs.find(({ idType }) => idType === config.idType)
    if (old === undefined) return []
    const joinsMore = joins(config, after) && !joins(old, before)
    return old.normalization !== config.normalization || joinsMore ? [config.idType] : []
  })
}
