import { notFound, ProfileMovedError } from '../errors.js'
import type { StoreScope } from '../scope.js'
import { findMemoryVersion } from '../storage/memory-version.js'
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

/**
 * Reads what belongs to a canonical profile. The profile is looked for afterwards: one that is still there had lost
 * nothing to an erasure or a merge while it was read.
 *
 * @throws ApiError 404; ProfileMovedError; and what `read` throws
 */
export async function readOfProfile<T>(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  read: () => Promise<T>,
): Promise<T> {
  const value = await read()
  await requireProfile(executor, scope, profileId)
  return value
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

/** Something of a profile that may have been asked for by a merged id. */
export interface OfProfile<T> {
  readonly value: T
  /** The profile it is of. */
  readonly profileId: string
}

/**
 * Finds something of a profile, or of its survivor. What is not there is looked for again when it may have moved with a
 * merge meanwhile.
 *
 * @returns nothing when the profile does not have it
 * @throws ApiError 404 when there is no such profile
 */
export async function findOfProfile<T>(
  executor: Executor,
  scope: StoreScope,
  askedId: string,
  find: (profileId: string) => Promise<T | undefined>,
): Promise<OfProfile<T> | undefined> {
  let profileId = await findCanonicalProfile(executor, scope, askedId)
  for (;;) {
    const value = await find(profileId)
    if (value !== undefined) return { value, profileId }
    const canonicalId = await findCanonicalProfile(executor, scope, askedId)
    if (canonicalId === profileId) return undefined
    profileId = canonicalId
  }
}
