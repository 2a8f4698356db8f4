import type { ProfileInput } from '../contract/profile.js'
import { badRequest } from '../errors.js'
import type { PreparedWrite } from './identity/batch.js'
import type { StoreSchema } from './schema.js'
import { checkTraits, promoteIdentifiers } from './trait.js'

/**
 * Validates an upsert: all traits declared and valid, at least one that identifies somebody.
 *
 * @param prefix path of the profile in the request, for messages
 * @throws ApiError 400
 */
export function prepareUpsert(schema: StoreSchema, input: ProfileInput, prefix = ''): PreparedWrite {
  const changes = checkTraits(schema, input.traits ?? {}, prefix)
  const identifiers = promoteIdentifiers(schema, changes, prefix)
  if (identifiers.length === 0) {
    throw badRequest(
      `${prefix}traits must hold at least one trait that is promoted to an identifier, such as Contact.email, with a value that identifies somebody`,
    )
  }
  return { schemaVersion: schema.version, changes, identifiers }
}
