import type { Operation, Scope } from '../contract/operation.js'
import { forbidden } from '../errors.js'
import type { Principal } from './account.js'

/** What an operation asks of the credentials it is called with. */
export type AccessNeed = Pick<Operation, 'operationId' | 'scope' | 'showsOwnStores'>

/** Whoever may do what stands behind may do what stands before it. */
const RANK: Readonly<Record<Scope, number>> = { read: 0, write: 1, admin: 2 }

/**
 * The one place where it is decided whether credentials are good for an operation, by what the contract says of it.
 *
 * @param storeId the store that is asked for, if the operation is in one
 * @throws ApiError 403 with the reason
 */
export function checkAccess(principal: Principal, need: AccessNeed, storeId: string | undefined): void {
  const { credential, scope, stores } = principal
  if (RANK[scope] < RANK[need.scope]) {
    throw forbidden(
      `Key ${credential} has the scope ${scope}, and ${need.operationId} needs ${need.scope}: use a key of that scope or the account's own credentials`,
    )
  }
  if (stores === undefined) return
  if (storeId !== undefined) checkStoreRight(principal, storeId)
  else if (!need.showsOwnStores) {
    throw forbidden(
      `Key ${credential} is for some stores only, and ${need.operationId} is for the account: use a key without a list of stores or the account's own credentials`,
    )
  }
}

/** @throws ApiError 403 when the credentials are good for some stores only and this is none of them */
export function checkStoreRight(principal: Pick<Principal, 'stores'>, storeId: string): void {
  if (principal.stores === undefined || principal.stores.has(storeId)) return
  throw forbidden(
    `This key is not for ${storeId === '' ? 'this store' : `store ${storeId.slice(0, 100)}`}: use one that is, or make it with recollect key create --store`,
  )
}
