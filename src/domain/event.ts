import type { Context } from '../context.js'
import type { Actor } from '../scope.js'
import type { EventRow } from '../storage/event.js'

/** The changes that are recorded, named `com.twilio.memory.<resource>.<action>` in the outbox. */
export type ChangeName =
  | 'store.created'
  | 'store.updated'
  | 'store.deleted'
  | 'identity-settings.updated'
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

/**
 * One row of the outbox, to be inserted in the transaction of the change.
 *
 * @param data ids and names only, never values or texts
 */
export function createEvent(
  ctx: Pick<Context, 'now' | 'newId'>,
  actor: Actor,
  name: ChangeName,
  subjectId: string,
  data: Record<string, unknown> = {},
): EventRow {
  return {
    id: ctx.newId('mem_event'),
    type: `com.twilio.memory.${name}`,
    subjectId,
    requestId: actor.requestId,
    actor: actor.credential,
    data,
    createdAt: ctx.now(),
  }
}
