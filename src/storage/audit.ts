import type { Kysely } from 'kysely'
import type { EventRow } from './event.js'
import type { PageRequest } from './page.js'
import type { Executor, Tables } from './tables.js'

/** An event with where it stands: a store, or the account for what is outside of stores. */
export interface AuditRow extends EventRow {
  storeId: string
}

export interface AuditFilter {
  readonly operation: string | undefined
  readonly actor: string | undefined
  readonly subjectId: string | undefined
  /** Ids from this one on, and before that one; ids sort by time. */
  readonly fromId: string | undefined
  readonly toId: string | undefined
}

/** A step along a stream: the rows that pass the filter, and where the next step begins. */
export interface AuditStep {
  readonly rows: AuditRow[]
  /** Absent at the end of the stream. */
  readonly next: string | undefined
}

/**
 * Looks at up to `limit` rows of one stream, so that a filter nearly nothing passes never keeps the database busy for
 * long.
 */
export async function selectAuditStep(
  executor: Executor,
  streamId: string,
  { operation, actor, subjectId, fromId, toId }: AuditFilter,
  { limit, order, after }: PageRequest,
): Promise<AuditStep> {
  const found = await executor
    .selectFrom('event')
    .selectAll()
    .where('store_id', '=', streamId)
    .$if(after !== undefined, (query) => query.where('id', order === 'asc' ? '>' : '<', after ?? ''))
    .$if(fromId !== undefined, (query) => query.where('id', '>=', fromId ?? ''))
    .$if(toId !== undefined, (query) => query.where('id', '<', toId ?? ''))
    .orderBy('id', order)
    .limit(limit)
    .execute()
  const passes = (row: Tables['event']) =>
    (operation === undefined || row.operation === operation) &&
    (actor === undefined || row.actor === actor) &&
    (subjectId === undefined || row.subject_id === subjectId)
  return { rows: found.filter(passes).map(toRow), next: found.length < limit ? undefined : found.at(-1)?.id }
}

function toRow(row: Tables['event']): AuditRow {
  return {
    storeId: row.store_id,
    id: row.id,
    type: row.type,
    subjectId: row.subject_id,
    requestId: row.request_id,
    actor: row.actor,
    operation: row.operation,
    clientAddress: row.client_address,
    data: JSON.parse(row.data) as Record<string, unknown>,
    createdAt: row.created_at,
  }
}

/** Every store the account ever had, those that are gone too. */
export async function selectAccountStores(executor: Executor, accountSid: string): Promise<string[]> {
  const rows = await executor
    .selectFrom('account_store')
    .select('store_id')
    .where('account_sid', '=', accountSid)
    .orderBy('store_id')
    .execute()
  return rows.map((row) => row.store_id)
}

/** Adds the stores that a node which does not know of `account_store` created, in one statement. */
export async function insertMissingAccountStores(executor: Executor): Promise<void> {
  await executor
    .insertInto('account_store')
    .columns(['account_sid', 'store_id'])
    .expression((query) =>
      query
        .selectFrom('store')
        .select(['store.account_sid', 'store.id'])
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('account_store')
                .select('account_store.store_id')
                .whereRef('account_store.account_sid', '=', 'store.account_sid')
                .whereRef('account_store.store_id', '=', 'store.id'),
            ),
          ),
        ),
    )
    // Another node may do the same just now.
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/**
 * Erases a page of the oldest rows of a stream that are older than an id.
 *
 * @returns rows erased
 */
export async function deleteAuditBefore(
  executor: Executor,
  streamId: string,
  beforeId: string,
  limit: number,
): Promise<number> {
  const oldest = (db: Pick<Kysely<Tables>, 'selectFrom'>) =>
    db
      .selectFrom('event')
      .select('id')
      .where('store_id', '=', streamId)
      .where('id', '<', beforeId)
      .orderBy('id')
      .limit(limit)
  const result = await executor
    .deleteFrom('event')
    .where('store_id', '=', streamId)
    .where('id', 'in', oldest(executor))
    .executeTakeFirst()
  return Number(result.numDeletedRows)
}
