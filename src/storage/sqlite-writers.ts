import type { Kysely } from 'kysely'
import { pathOfOwner, type TransactionOptions } from './database.js'
import type { Tables } from './tables.js'

export type Lane = 'foreground' | 'background'

const MAX_WRITERS = 1000

/** Keeps a Kysely for each lane and tenant that wrote lately: which of them writes is known nowhere but in its driver. */
export function createWriters(
  create: (lane: Lane, owner: readonly string[]) => Kysely<Tables>,
): (options: TransactionOptions) => Kysely<Tables> {
  const writers = new Map<string, Kysely<Tables>>()
  return ({ background = false, owner }) => {
    const lane = background ? 'background' : 'foreground'
    const path = pathOfOwner(owner)
    const name = `${lane}/${path.join('/')}`
    const known = writers.get(name)
    if (known !== undefined) return known
    if (writers.size >= MAX_WRITERS) writers.clear()
    const writer = create(lane, path)
    writers.set(name, writer)
    return writer
  }
}
