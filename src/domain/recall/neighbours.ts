interface InConversation {
  readonly memory: { readonly id: string; readonly occurredAt: number; readonly conversationIds: readonly string[] }
}

/** How much of the better neighbour's evidence, above the profile's usual, a memory gets. */
const NEIGHBOUR_SHARE = 0.4

/**
 * Lets memories that stand next to each other in a conversation support each other: the turn that answers a question
 * often shares no word with it, but the turn before does.
 *
 * @param evidence log odds by slot
 * @returns log odds with the neighbours' share
 */
export function spreadToNeighbours(
  slots: readonly (InConversation | undefined)[],
  evidence: Float64Array,
): Float64Array {
  const conversations = new Map<string, number[]>()
  slots.forEach((slot, index) => {
    for (const id of slot?.memory.conversationIds ?? []) {
      const members = conversations.get(id)
      if (members === undefined) conversations.set(id, [index])
      else members.push(index)
    }
  })
  if (conversations.size === 0) return evidence
  const support = new Float64Array(slots.length)
  for (const members of conversations.values()) addSupport(slots, members, evidence, support)
  return evidence.map((value, index) => value + NEIGHBOUR_SHARE * (support[index] ?? 0))
}

function addSupport(
  slots: readonly (InConversation | undefined)[],
  members: readonly number[],
  evidence: Float64Array,
  support: Float64Array,
): void {
  if (members.length < 2) return
  const ordered = members.toSorted((a, b) => {
    const [left, right] = [slots[a]?.memory, slots[b]?.memory]
    return (left?.occurredAt ?? 0) - (right?.occurredAt ?? 0) || ((left?.id ?? '') < (right?.id ?? '') ? -1 : 1)
  })
  ordered.forEach((slot, position) => {
    const own = evidence[slot] ?? 0
    for (const neighbour of [ordered[position - 1], ordered[position + 1]]) {
      if (neighbour === undefined) continue
      support[slot] = Math.max(support[slot] ?? 0, (evidence[neighbour] ?? 0) - own)
    }
  })
}
