import { createLongMap } from './long-map.js'

/** How much of the better neighbour's evidence, above the profile's usual, a memory gets. */
const NEIGHBOUR_SHARE = 0.4

/** Where a memory stands in its conversations. */
export interface Standing {
  readonly id: string
  readonly occurredAt: number
  readonly conversationIds: readonly string[]
}

/** Who stands next to whom in which conversation. */
export interface Neighbours {
  add(slot: number, standing: Standing): void
  remove(slot: number): void
  /**
   * Lets memories that stand next to each other in a conversation support each other: the turn that answers a question
   * often shares no word with it, but the turn before does.
   *
   * @param evidence log odds by slot; what the neighbours add goes into it
   */
  spread(evidence: Float64Array): void
}

/** Conversations are kept in the order of time as memories come, so that a query has nothing to sort. */
export function createNeighbours(): Neighbours {
  const conversations = createLongMap<string, number[]>()
  const standings: (Standing | undefined)[] = []

  const isEarlier = (a: number, b: number): boolean => {
    const [left, right] = [standings[a], standings[b]]
    if (left === undefined || right === undefined) return false
    return left.occurredAt === right.occurredAt ? left.id < right.id : left.occurredAt < right.occurredAt
  }

  return {
    add(slot, standing) {
      standings[slot] = standing
      for (const id of new Set(standing.conversationIds)) {
        const members = conversations.get(id)
        if (members === undefined) conversations.set(id, [slot])
        else members.splice(findPlace(members, slot, isEarlier), 0, slot)
      }
    },
    remove(slot) {
      for (const id of new Set(standings[slot]?.conversationIds)) {
        const members = conversations.get(id)
        const place = members?.indexOf(slot) ?? -1
        if (place !== -1) members?.splice(place, 1)
        if (members?.length === 0) conversations.delete(id)
      }
      standings[slot] = undefined
    },
    spread(evidence) {
      if (conversations.size === 0) return
      const support = new Float64Array(evidence.length)
      conversations.forEach((members) => {
        addSupport(members, evidence, support)
      })
      for (let slot = 0; slot < evidence.length; slot += 1) {
        evidence[slot] = (evidence[slot] ?? 0) + NEIGHBOUR_SHARE * (support[slot] ?? 0)
      }
    },
  }
}

function findPlace(members: readonly number[], slot: number, isEarlier: (a: number, b: number) => boolean): number {
  let low = 0
  let high = members.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isEarlier(slot, members[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return low
}

/** Of two who stand side by side the weaker gets what it lacks; of two such offers it takes the larger. */
function addSupport(members: readonly number[], evidence: Float64Array, support: Float64Array): void {
  let left = members[0] ?? 0
  let leftEvidence = evidence[left] ?? 0
  for (let position = 1; position < members.length; position += 1) {
    const right = members[position] ?? 0
    const rightEvidence = evidence[right] ?? 0
    const lead = rightEvidence - leftEvidence
    const weaker = lead > 0 ? left : right
    const offer = lead > 0 ? lead : -lead
    if (offer > (support[weaker] ?? 0)) support[weaker] = offer
    left = right
    leftEvidence = rightEvidence
  }
}
