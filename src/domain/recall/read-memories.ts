import { groupBy } from '../../group-by.js'
import type { StoreScope } from '../../scope.js'
import {
  behindChange,
  type ChangeKey,
  type IndexedMemoryRow,
  selectIndexedMemories,
  selectIndexedMemoriesSince,
} from '../../storage/indexed-memory.js'
import type { MemoryKind } from '../../storage/memory.js'
import { selectDeletionsSince } from '../../storage/memory-deletion.js'
import {
  type ChangedVectorRow,
  type MemoryVectorRow,
  selectVectorsOf,
  selectVectorsSince,
  type VectorKey,
} from '../../storage/memory-vector.js'
import type { Executor } from '../../storage/tables.js'
import { createPace, type Pace } from '../pace.js'
import type { MemoryIndex } from './memory-index.js'

/** The indexes of a profile. */
export type MemoryIndexes = Readonly<Record<MemoryKind, MemoryIndex>>

/** How much is read at once: a page is one statement, during which SQLite keeps the event loop from turning. */
export interface PageSize {
  readonly rows: number
  /** Texts and vectors of a page; the next one is smaller after one that had more. */
  readonly bytes: number
}

/** About 2 ms of reading on SQLite; with smaller ones the round trips to PostgreSQL add up. */
export const PAGE_SIZE: PageSize = { rows: 128, bytes: 256 * 1024 }

/** Where the memories of a profile are read from. */
export interface MemorySource {
  readonly read: Executor
  readonly scope: StoreScope
  readonly profileId: string
  /** Whose vectors are read; none without. */
  readonly model: string | undefined
  readonly pageSize: PageSize
}

/**
 * Puts all memories of a profile with their vectors into empty indexes, at a pace. What is written meanwhile may be in them
 * or not: it has a later change than the profile's memory version was before.
 *
 * @returns whether there was so little that single statements read it
 */
export async function readAllMemories(source: MemorySource, indexes: MemoryIndexes): Promise<boolean> {
  const pace = createPace()
  const observations = await readKind(source, 'observation', indexes, pace)
  const summaries = await readKind(source, 'summary', indexes, pace)
  return observations <= 1 && summaries <= 1
}

/** @returns how many pages there were */
async function readKind(source: MemorySource, kind: MemoryKind, indexes: MemoryIndexes, pace: Pace): Promise<number> {
  const { pageSize } = source
  // Not a whole page: how large a memory is will be known after it.
  let page = await readPage(source, kind, '', Math.ceil(pageSize.rows / 4))
  for (let pages = 1; ; pages += 1) {
    const { rows, vectors, isLast } = page
    const end = rows.at(-1)
    if (end === undefined) return pages
    const limit = fitLimit(pageSize, rows.length, bytesOf(rows, vectors))
    // PostgreSQL reads the next page meanwhile.
    const next = isLast ? page : readPage(source, kind, end.id, limit)
    const indexed = putAll(indexes[kind], rows, pace).then(() => setVectors(indexes[kind], vectors, pace))
    page = (await Promise.all([next, indexed]))[0]
    if (isLast) return pages
  }
}

interface Page {
  readonly rows: readonly IndexedMemoryRow[]
  readonly vectors: readonly MemoryVectorRow[]
  readonly isLast: boolean
}

async function readPage(source: MemorySource, kind: MemoryKind, after: string, limit: number): Promise<Page> {
  const { read, scope, profileId } = source
  const rows = await selectIndexedMemories(read, scope, profileId, kind, after, limit)
  return { rows, vectors: await readVectorsOf(source, rows), isLast: rows.length < limit }
}

async function readVectorsOf(
  { read, scope, profileId, model }: MemorySource,
  rows: readonly IndexedMemoryRow[],
): Promise<MemoryVectorRow[]> {
  const [first, last] = [rows.at(0), rows.at(-1)]
  if (model === undefined || first === undefined || last === undefined) return []
  return selectVectorsOf(read, scope, profileId, model, { first: first.id, last: last.id })
}

function bytesOf(rows: readonly IndexedMemoryRow[], vectors: readonly MemoryVectorRow[]): number {
  const texts = rows.reduce((sum, { content }) => sum + content.length, 0)
  return vectors.reduce((sum, { vector }) => sum + vector.byteLength, texts)
}

/** So many rows as the next page may have, if they are as large as those of the last one. */
function fitLimit(pageSize: PageSize, rows: number, bytes: number): number {
  return Math.max(1, Math.min(pageSize.rows, Math.floor((rows * pageSize.bytes) / Math.max(bytes, 1))))
}

/**
 * Brings indexes up to date by what was written and deleted since a change, at a pace.
 *
 * @returns whether there was so little that single statements read it. Else what was written again in between may be
 *   missing: it has a later change than the profile's memory version was before
 */
export async function readChanges(source: MemorySource, indexes: MemoryIndexes, since: number): Promise<boolean> {
  const pace = createPace()
  const pages = [
    await followTexts(source, 'observation', indexes, since, pace),
    await followTexts(source, 'summary', indexes, since, pace),
    await followVectors(source, indexes, since, pace),
    // Last: what was read above may have been deleted in between, and no id ever comes back.
    await followDeletions(source, indexes, since, pace),
  ]
  return pages.every((count) => count <= 1)
}

function followTexts(
  { read, scope, profileId, pageSize: { rows: limit } }: MemorySource,
  kind: MemoryKind,
  indexes: MemoryIndexes,
  since: number,
  pace: Pace,
): Promise<number> {
  return forEachPage(
    { first: behindChange(since), limit },
    (after: ChangeKey) => selectIndexedMemoriesSince(read, scope, profileId, kind, after, limit),
    (rows) => putAll(indexes[kind], rows, pace),
  )
}

async function followVectors(
  { read, scope, profileId, model, pageSize: { rows: limit } }: MemorySource,
  indexes: MemoryIndexes,
  since: number,
  pace: Pace,
): Promise<number> {
  if (model === undefined) return 0
  // A page may end between the vectors of a memory, which are set together.
  let begun: readonly ChangedVectorRow[] = []
  return forEachPage(
    { first: { ...behindChange(since), chunk: 0 }, limit },
    (after: VectorKey) => selectVectorsSince(read, scope, profileId, model, after, limit),
    async (page) => {
      const rows = [...begun, ...page]
      const open = page.length < limit ? undefined : rows.at(-1)?.id
      begun = rows.filter(({ id }) => id === open)
      const complete = rows.filter(({ id }) => id !== open)
      for (const [kind, group] of groupBy(complete, kindOf)) await setVectors(indexes[kind], group, pace)
    },
  )
}

function followDeletions(
  { read, scope, profileId, pageSize: { rows: limit } }: MemorySource,
  indexes: MemoryIndexes,
  since: number,
  pace: Pace,
): Promise<number> {
  return forEachPage(
    { first: behindChange(since), limit },
    (after: ChangeKey) => selectDeletionsSince(read, scope, profileId, after, limit),
    async (rows) => {
      for (const row of rows) {
        indexes[kindOf(row)].remove(row.id)
        await pace()
      }
    },
  )
}

function kindOf({ id }: { readonly id: string }): MemoryKind {
  return id.startsWith('mem_summary') ? 'summary' : 'observation'
}

/** Reads pages in the order of changes. @returns how many there were */
async function forEachPage<Key extends ChangeKey, Row extends Key>(
  { first, limit }: { readonly first: Key; readonly limit: number },
  select: (after: Key) => Promise<Row[]>,
  work: (rows: readonly Row[]) => Promise<void>,
): Promise<number> {
  let after = first
  for (let pages = 1; ; pages += 1) {
    const rows = await select(after)
    await work(rows)
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return pages
    after = last
  }
}

async function putAll(index: MemoryIndex, rows: readonly IndexedMemoryRow[], pace: Pace): Promise<void> {
  for (const row of rows) {
    index.put(row)
    await pace()
  }
}

async function setVectors(index: MemoryIndex, rows: readonly MemoryVectorRow[], pace: Pace): Promise<void> {
  for (const [id, chunks] of groupBy(rows, (row) => row.id)) {
    index.setVectors(
      id,
      chunks.map(({ vector }) => vector),
    )
    await pace()
  }
}
