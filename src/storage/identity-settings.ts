import type { IdentitySettings } from '../contract/identity.js'
import type { StoreScope } from '../scope.js'
import type { Executor } from './tables.js'

export interface IdentitySettingsRow {
  settings: IdentitySettings
  version: number
}

export async function insertIdentitySettings(
  executor: Executor,
  storeId: string,
  settings: IdentitySettings,
  updatedAt: number,
): Promise<void> {
  await executor
    .insertInto('identity_settings')
    .values({ store_id: storeId, settings: JSON.stringify(settings), version: 1, updated_at: updatedAt })
    .execute()
}

/** Replaces the settings and raises their version. */
export async function updateIdentitySettings(
  executor: Executor,
  scope: Pick<StoreScope, 'storeId'>,
  settings: IdentitySettings,
  updatedAt: number,
): Promise<void> {
  await executor
    .updateTable('identity_settings')
    .set((e) => ({ settings: JSON.stringify(settings), version: e('version', '+', 1), updated_at: updatedAt }))
    .where('store_id', '=', scope.storeId)
    .execute()
}

export async function findIdentitySettings(
  executor: Executor,
  scope: Pick<StoreScope, 'storeId'>,
): Promise<IdentitySettingsRow | undefined> {
  const row = await executor
    .selectFrom('identity_settings')
    .select(['settings', 'version'])
    .where('store_id', '=', scope.storeId)
    .executeTakeFirst()
  return row && { settings: JSON.parse(row.settings) as IdentitySettings, version: row.version }
}
