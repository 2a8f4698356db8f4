import { setImmediate as nextTurn } from 'node:timers/promises'
import { encodeTime } from 'ulid'
import type { Context } from '../context.js'
import type { AuditEntry, AuditQuery } from '../contract/audit.js'
import { ID_PATTERNS } from '../contract/ids.js'
import { badRequest } from '../errors.js'
import { listAccounts } from '../storage/account.js'
import {
  type AuditFilter,
  type AuditRow,
  deleteAuditBefore,
  insertMissingAccountStores,
  selectAccountStores,
  selectAuditStep,
} from '../storage/audit.js'
import type { PageRequest } from '../storage/page.js'
import { checkStoreRight } from './access.js'
import type { Principal } from './account.js'
import { type Page, readPage } from './page.js'

const MAX_PAGE_ITEMS = 1000
/** Rows of a stream that are looked at in one go: some milliseconds. */
const STEP_SIZE = 2000
const REFUSED = 'com.recollect.access.refused'

type Reader = Pick<Context, 'db' | 'signingKey'>

/**
 * ListAudit: what was done in the account, by whom and from where (ours, beyond the API). Credentials that are good for
 * some stores only are shown what was done in those.
 *
 * @throws ApiError 403 for a store that the credentials are not good for
 */
export async function listAudit(ctx: Reader, principal: Principal, query: AuditQuery): Promise<Page<AuditEntry>> {
  if (query.storeId !== undefined) checkStoreRight(principal, query.storeId)
  const { accountSid, stores } = principal
  const streams = await findStreams(ctx, principal, query.storeId)
  const filter = toFilter(query)
  const parts = [query.storeId, query.operation, query.credential, query.from, query.to, stores && [...stores].join()]
  const { items, meta } = await readPage<AuditRow, string>(ctx, {
    list: { accountSid, operationId: 'ListAudit', parts },
    key: 'entries',
    query,
    maxItems: MAX_PAGE_ITEMS,
    select: (page) => mergeStreams(ctx, streams, filter, page),
    cursorOf: ({ id }) => id,
  })
  return { items: items.map(toEntry), meta }
}

/** One stream of rows with what else it is filtered by. */
interface Stream {
  readonly id: string
  readonly subjectId?: string
}

async function findStreams(ctx: Pick<Context, 'db'>, principal: Principal, storeId?: string): Promise<Stream[]> {
  const { accountSid, stores } = principal
  const own = await selectAccountStores(ctx.db.read, accountSid)
  const shown = own.filter((id) => (stores?.has(id) ?? true) && (storeId === undefined || id === storeId))
  const streams: Stream[] = shown.map((id) => ({ id }))
  // What was refused stands with the account, also where somebody asked for a store.
  if (stores === undefined) streams.push({ id: accountSid, ...(storeId !== undefined && { subjectId: storeId }) })
  return streams
}

function toFilter({ operation, credential, from, to }: AuditQuery): AuditFilter {
  const fromId = from === undefined ? undefined : idAt(from, 'from')
  return {
    operation,
    actor: credential,
    subjectId: undefined,
    fromId,
    toId: to === undefined ? undefined : idAt(to, 'to'),
  }
}

/** The first id of a time: ids begin with the millisecond they were made in. */
function idAt(time: string, parameter: string): string {
  const milliseconds = Date.parse(time)
  if (Number.isNaN(milliseconds)) throw badRequest(`${parameter} is no time: give one like 2026-01-05T10:00:00Z`)
  return idOf(milliseconds)
}

const TIME_LENGTH = 10
const MAX_TIME = 2 ** 48 - 1

function idOf(milliseconds: number): string {
  const time = encodeTime(Math.min(Math.max(Math.floor(milliseconds), 0), MAX_TIME), TIME_LENGTH)
  return `mem_event_${time.toLowerCase()}`
}

/** The next rows of all streams together; each stream gives what it has in its own order. */
async function mergeStreams(
  ctx: Pick<Context, 'db'>,
  streams: readonly Stream[],
  filter: AuditFilter,
  page: PageRequest,
): Promise<AuditRow[]> {
  let merged: AuditRow[] = []
  for (const stream of streams) {
    const rows = await readStream(ctx, stream, filter, page)
    if (rows.length === 0) continue
    merged = [...merged, ...rows].sort((a, b) => (a.id < b.id === (page.order === 'asc') ? -1 : 1)).slice(0, page.limit)
  }
  return merged
}

async function readStream(
  ctx: Pick<Context, 'db'>,
  { id, subjectId }: Stream,
  filter: AuditFilter,
  page: PageRequest,
): Promise<AuditRow[]> {
  const isFiltered = filter.operation !== undefined || filter.actor !== undefined || subjectId !== undefined
  const limit = isFiltered ? STEP_SIZE : page.limit
  const found: AuditRow[] = []
  for (let after = page.after; ; ) {
    const { rows, next } = await selectAuditStep(ctx.db.read, id, { ...filter, subjectId }, { ...page, limit, after })
    found.push(...rows)
    if (next === undefined || found.length >= page.limit) return found.slice(0, page.limit)
    after = next
    await nextTurn()
  }
}

const STORE_ID = new RegExp(ID_PATTERNS.store)

function toEntry(row: AuditRow): AuditEntry {
  const isRefusal = row.type === REFUSED
  const storeId = isRefusal ? row.subjectId : row.storeId
  return {
    id: row.id,
    createdAt: new Date(row.createdAt).toISOString(),
    credential: row.actor,
    ...(row.operation !== '' && { operation: row.operation }),
    type: row.type,
    result: isRefusal ? 'REFUSED' : 'SUCCEEDED',
    ...(STORE_ID.test(storeId) && { storeId }),
    ...(row.subjectId !== '' && { subjectId: row.subjectId }),
    ...(row.requestId !== '' && { requestId: row.requestId }),
    ...(row.clientAddress !== '' && { clientAddress: row.clientAddress }),
    data: row.data,
  }
}

const EXPORT_PAGE_SIZE = 1000

/** All entries that the query asks for, oldest first unless it says otherwise, read page by page. */
export async function* exportAudit(
  ctx: Reader,
  principal: Principal,
  query: Omit<AuditQuery, 'pageSize' | 'pageToken'>,
): AsyncGenerator<AuditEntry> {
  let pageToken: string | undefined
  do {
    const page = await listAudit(ctx, principal, {
      orderBy: 'ASC',
      ...query,
      pageSize: EXPORT_PAGE_SIZE,
      ...(pageToken !== undefined && { pageToken }),
    })
    yield* page.items
    pageToken = page.meta.nextToken
  } while (pageToken !== undefined)
}

/**
 * Makes what was done in every store findable: while nodes are upgraded one by one, one of the version before may still
 * create stores without saying whose audit they belong to.
 */
export async function addMissingAccountStores(ctx: Pick<Context, 'db'>): Promise<void> {
  await ctx.db.transaction((trx) => insertMissingAccountStores(trx), { background: true })
}

const DAY_MS = 24 * 60 * 60 * 1000
const ERASE_PAGE_SIZE = 500

/**
 * Erases entries that are older than the setting says, in small transactions that keep nobody waiting.
 *
 * @returns entries erased
 */
export async function eraseOldAudit(
  ctx: Pick<Context, 'config' | 'db' | 'now'>,
  shouldStop: () => boolean,
): Promise<number> {
  const { auditDays } = ctx.config
  if (auditDays === 0) return 0
  const before = idOf(ctx.now() - auditDays * DAY_MS)
  let sum = 0
  for (const { sid } of await listAccounts(ctx.db.read)) {
    for (const stream of [sid, ...(await selectAccountStores(ctx.db.read, sid))]) {
      for (let erased = ERASE_PAGE_SIZE; erased === ERASE_PAGE_SIZE && !shouldStop(); sum += erased) {
        erased = await ctx.db.transaction((trx) => deleteAuditBefore(trx, stream, before, ERASE_PAGE_SIZE), {
          background: true,
        })
      }
    }
  }
  return sum
}
