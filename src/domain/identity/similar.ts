import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { distance } from 'fastest-levenshtein'
import type { Context } from '../../context.js'
import type { StoreScope } from '../../scope.js'
import { findIdentifierOwners, type IdentifierKey } from '../../storage/identifier.js'
import { selectValuesOfType } from '../../storage/identifier-type.js'

const PAGE_SIZE = 1000
const MAX_PROFILES = 100

/** How alike two values are, in percent: 100 less the share of characters that differ. */
export function similarity(a: string, b: string): number {
  const length = Math.max(a.length, b.length)
  return length === 0 ? 100 : 100 * (1 - distance(a, b) / length)
}

/**
 * Profiles that own a value like the one given, most similar first, at most 100. Reads all values of the type in pages
 * and lets other work in between.
 *
 * @param threshold least similarity, in percent
 */
export async function findSimilarOwners(
  ctx: Context,
  scope: StoreScope,
  { idType, value }: IdentifierKey,
  threshold: number,
): Promise<string[]> {
  const found: { value: string; score: number }[] = []
  let after = ''
  for (;;) {
    const values = await selectValuesOfType(ctx.db.read, scope, idType, after, PAGE_SIZE)
    for (const candidate of values) {
      const shorter = Math.min(candidate.length, value.length)
      const longer = Math.max(candidate.length, value.length)
      if (100 * shorter < threshold * longer) continue
      const score = similarity(candidate, value)
      if (score >= threshold) found.push({ value: candidate, score })
    }
    after = values.at(-1) ?? ''
    if (values.length < PAGE_SIZE) break
    await yieldToOthers()
  }
  found.sort((a, b) => b.score - a.score)
  const owners = new Set<string>()
  for (const { value: similar } of found.slice(0, MAX_PROFILES)) {
    for (const owner of await findIdentifierOwners(ctx.db.read, scope, { idType, value: similar })) owners.add(owner)
  }
  return [...owners].slice(0, MAX_PROFILES)
}
