import type { Context } from '../context.js'
import type { Trait, Traits } from '../contract/profile.js'
import type { StoreScope } from '../scope.js'
import type { ProfileRow } from '../storage/profile.js'
import { requireProfile } from './canonical-profile.js'
import { entryOf, parseFacts } from './identity/state.js'
import { type Page, type PageQuery, readPage } from './page.js'
import { parseNames, toTimestamp } from './profile.js'

const MAX_TRAIT_PAGE_ITEMS = 100

type TraitCursor = [ordinal: number, group: string, name: string]
interface FlatTrait {
  readonly cursor: TraitCursor
  readonly trait: Trait
}

/** ListProfileTraits: one item per trait, newest first. */
export async function listProfileTraits(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  query: PageQuery & { traitGroups?: string },
): Promise<Page<Trait>> {
  const profile = await requireProfile(ctx.db.read, scope, profileId)
  const traits = flattenTraits(profile, query.traitGroups)
  const page = await readPage<FlatTrait, TraitCursor>(ctx, {
    list: {
      accountSid: scope.accountSid,
      operationId: 'ListProfileTraits',
      parts: [scope.storeId, profileId, query.traitGroups],
    },
    key: 'traits',
    query,
    maxItems: MAX_TRAIT_PAGE_ITEMS,
    select: async ({ limit, order, after }) => {
      const sign = order === 'asc' ? 1 : -1
      return traits
        .filter(({ cursor }) => after === undefined || sign * compareTraits(cursor, after) > 0)
        .sort((a, b) => sign * compareTraits(a.cursor, b.cursor))
        .slice(0, limit)
    },
    cursorOf: ({ cursor }) => cursor,
  })
  return { items: page.items.map(({ trait }) => trait), meta: page.meta }
}

function flattenTraits(profile: ProfileRow, traitGroups: string | undefined): FlatTrait[] {
  const wanted = traitGroups === undefined ? undefined : parseNames(traitGroups)
  const facts = parseFacts(profile.id, profile.facts)
  return Object.entries(JSON.parse(profile.traits) as Traits)
    .filter(([group]) => wanted === undefined || wanted.has(group))
    .flatMap(([group, values]) =>
      Object.entries(values).map(([name, value]): FlatTrait => {
        const ordinal = entryOf(facts, group, name)?.ordinal ?? 0
        const timestamp = toTimestamp(Math.floor(ordinal / 1000))
        return { cursor: [ordinal, group, name], trait: { name, value, traitGroup: group, timestamp } }
      }),
    )
}

function compareTraits(a: TraitCursor, b: TraitCursor): number {
  return a[0] - b[0] || compareText(a[1], b[1]) || compareText(a[2], b[2])
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
