import type { Context } from '../context.js'
import type { ListMeta } from '../contract/common.js'
import { badRequest } from '../errors.js'
import type { PageRequest } from '../storage/page.js'
import { sign, verifySignature } from './secret.js'

export interface PageQuery {
  pageSize?: number
  pageToken?: string
  orderBy?: 'ASC' | 'DESC'
}

/** What a token is bound to: one list of one account, in one order, with its filters. */
export interface ListIdentity {
  readonly accountSid: string
  /** Operation id of the document. */
  readonly operationId: string
  /** Path parameters and filters that tell this list from others of the operation. */
  readonly parts?: readonly (string | undefined)[]
}

export interface ListOptions<Item, Cursor> {
  readonly list: ListIdentity
  /** Name of the array in the answer. */
  readonly key: string
  readonly query: PageQuery
  /** The document's maxItems: a page never holds more, whatever was asked for. */
  readonly maxItems: number
  readonly select: (page: PageRequest<Cursor>) => Promise<Item[]>
  readonly cursorOf: (item: Item) => Cursor
}

export interface Page<Item> {
  readonly items: Item[]
  readonly meta: ListMeta
}

type Direction = 'next' | 'previous'
interface Position<Cursor> {
  direction: Direction
  cursor: Cursor
}

const DEFAULT_PAGE_SIZE = 50
const SIGNATURE_LENGTH = 43

/**
 * One page of a list by keyset: stable while items come and go, the same cost at any depth.
 *
 * @throws ApiError 400 for a token of another list or account, or one that was changed
 */
export async function readPage<Item, Cursor>(
  ctx: Pick<Context, 'signingKey'>,
  options: ListOptions<Item, Cursor>,
): Promise<Page<Item>> {
  const { query, maxItems, select, cursorOf, key } = options
  const order = query.orderBy ?? 'DESC'
  const list = JSON.stringify([options.list.accountSid, options.list.operationId, order, options.list.parts ?? []])
  const pageSize = Math.min(query.pageSize ?? DEFAULT_PAGE_SIZE, maxItems)
  const position = query.pageToken === undefined ? undefined : readToken<Cursor>(ctx.signingKey, list, query.pageToken)
  const backwards = position?.direction === 'previous'
  const found = await select({
    limit: pageSize + 1,
    order: (order === 'ASC') !== backwards ? 'asc' : 'desc',
    after: position?.cursor,
  })
  const items = found.slice(0, pageSize)
  if (backwards) items.reverse()
  const more = found.length > pageSize
  const token = (direction: Direction, item: Item | undefined) =>
    item === undefined ? undefined : writeToken(ctx.signingKey, list, { direction, cursor: cursorOf(item) })
  const nextToken = backwards || more ? token('next', items.at(-1)) : undefined
  const previousToken = backwards ? more : position !== undefined
  return {
    items,
    meta: {
      key,
      pageSize,
      ...(nextToken !== undefined && { nextToken }),
      ...(previousToken && items[0] !== undefined && { previousToken: token('previous', items[0]) ?? '' }),
    },
  }
}

function writeToken(key: string, list: string, position: Position<unknown>): string {
  const payload = Buffer.from(JSON.stringify([position.direction, position.cursor])).toString('base64url')
  return `${sign(key, `${list}.${payload}`)}${payload}`
}

function readToken<Cursor>(key: string, list: string, token: string): Position<Cursor> {
  const signature = token.slice(0, SIGNATURE_LENGTH)
  const payload = token.slice(SIGNATURE_LENGTH)
  if (!verifySignature(key, `${list}.${payload}`, signature)) {
    throw badRequest('pageToken is not a token of this list: pass nextToken or previousToken of one of its pages')
  }
  const [direction, cursor] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [Direction, Cursor]
  return { direction, cursor }
}
