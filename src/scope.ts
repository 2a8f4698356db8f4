declare const storeScopeBrand: unique symbol

/**
 * The right to touch one store's rows. Made by `openStore` alone, after it found that the store is the account's;
 * every storage function on a tenant's table takes one.
 */
export interface StoreScope {
  readonly accountSid: string
  readonly storeId: string
  /** Version of the trait groups and identity settings when the scope was opened. */
  readonly schemaVersion: number
  readonly [storeScopeBrand]: true
}

/** Who does what from where, as the ledger and the outbox record it; a job has that of the request which asked for it. */
export interface Actor {
  readonly accountSid: string
  /** SID of the account or of the API key. */
  readonly credential: string
  readonly requestId: string
  /** Operation id of what was called. */
  readonly operation: string
  /** Empty when nobody called. */
  readonly clientAddress: string
}
