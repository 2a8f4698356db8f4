import type { Context } from '../context.js'
import type { Actor } from '../scope.js'
import type { EventRow } from '../storage/event.js'

/** The changes that are recorded, named `com.twilio.memory.<resource>.<action>` in the outbox. */
export type ChangeName =
  | 'store.created'
  | 'store.updated'
  | 'store.deleted'
  | 'identity-settings.updated'
  | 'retention.updated'
  | 'trait-group.created'
  | 'trait-group.updated'
  | 'trait-group.deleted'
  | 'data-mapping.created'
  | 'data-mapping.updated'
  | 'data-mapping.deleted'
  | 'profile.created'
  | 'profile.updated'
  | 'profile.merged'
  | 'profile.deleted'
  | 'observation.created'
  | 'observation.updated'
  | 'observation.deleted'
  | 'summary.created'
  | 'summary.updated'
  | 'summary.deleted'
  | 'communication.created'
  | 'import.created'
  | 'import.completed'
  | 'import.cancelled'

/** What the API has no word for, named `com.recollect.<resource>.<action>`. */
export type AccountChangeName = 'key.created' | 'key.revoked' | 'access.refused' | 'job.retried'

const ACCOUNT_CHANGES: readonly string[] = [
  'key.created',
  'key.revoked',
  'access.refused',
  'job.retried',
] satisfies AccountChangeName[]

/**
 * One row of the outbox, to be inserted in the transaction of the change.
 *
 * @param data ids and names only, never values or texts
 */
export function createEvent(
  ctx: Pick<Context, 'now' | 'newId'>,
  actor: Actor,
  name: ChangeName | AccountChangeName,
  subjectId: string,
  data: Record<string, unknown> = {},
): EventRow {
  return {
    id: ctx.newId('mem_event'),
    type: `${ACCOUNT_CHANGES.includes(name) ? 'com.recollect' : 'com.twilio.memory'}.${name}`,
    subjectId,
    requestId: actor.requestId,
    actor: actor.credential,
    operation: actor.operation,
    clientAddress: actor.clientAddress,
    data,
    createdAt: ctx.now(),
  }
}
