import { notFound, ProfileMovedError } from '../errors.js'
import type { StoreScope } from '../scope.js'
import { findMemoryVersion } from '../storage/memory.js'
import { findProfile, type ProfileRow } from '../storage/profile.js'
import { findCanonicalId } from '../storage/profile-merge.js'
import type { Executor } from '../storage/tables.js'

/**
 * A canonical profile.
 *
 * @throws ApiError 404; ProfileMovedError when it was merged into another
 */
export async function requireProfile(executor: Executor, scope: StoreScope, profileId: string): Promise<ProfileRow> {
  const profile = await findProfile(executor, scope, profileId)
  return profile ?? refuseProfile(executor, scope, profileId)
}

/** Says why there is no canonical profile of an id. @throws ApiError 404; ProfileMovedError */
export async function refuseProfile(executor: Executor, scope: StoreScope, profileId: string): Promise<never> {
  const canonicalId = await findCanonicalId(executor, scope, profileId)
  if (canonicalId !== undefined) throw new ProfileMovedError(profileId, canonicalId)
  throw notFound(`Profile ${profileId}`)
}

/**
 * The canonical profile of an id, for operations that answer for a merged id as for its survivor.
 *
 * @throws ApiError 404
 */
export async function findCanonicalProfile(executor: Executor, scope: StoreScope, profileId: string): Promise<string> {
  if ((await findMemoryVersion(executor, scope, profileId)) !== undefined) return profileId
  const canonicalId = await findCanonicalId(executor, scope, profileId)
  if (canonicalId === undefined) throw notFound(`Profile ${profileId}`)
  return canonicalId
}
