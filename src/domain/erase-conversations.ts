import type { StoreScope } from '../scope.js'
import {
  addressKey,
  eraseCommunications,
  selectCommunicationKeys,
  selectCommunicationsOf,
  selectProfilesInConversations,
} from '../storage/communication-participant.js'
import { selectIdentifiersOfProfile } from '../storage/identifier.js'
import { selectConversationIds } from '../storage/memory.js'
import { selectMergedIds } from '../storage/profile-merge.js'
import type { CompiledQuery } from '../storage/statement.js'
import type { Executor } from '../storage/tables.js'

/**
 * What erases the communications of a person, before anything else of the profile is erased: those that name the profile,
 * one that was merged into it, or one of its identifiers; and the whole of each conversation that a memory of the profile
 * came from, unless its communications name another profile.
 */
export async function eraseConversations(
  trx: Executor,
  scope: StoreScope,
  profileId: string,
): Promise<CompiledQuery[]> {
  const ids = new Set([profileId, ...(await selectMergedIds(trx, scope, profileId))])
  const addresses = (await selectIdentifiersOfProfile(trx, scope, profileId)).map(({ value }) => addressKey(value))
  const conversations = await selectConversationIds(trx, scope, profileId)
  const named = await selectProfilesInConversations(trx, scope, conversations)
  const shared = new Set(named.filter((one) => !ids.has(one.profileId)).map(({ conversationId }) => conversationId))
  const own = conversations.filter((id) => !shared.has(id))
  return eraseCommunications(trx, scope, [
    ...(await selectCommunicationsOf(trx, scope, [...ids, ...new Set(addresses)])),
    ...(await selectCommunicationKeys(trx, scope, own)),
  ])
}
