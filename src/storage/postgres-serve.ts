import { parentPort, workerData } from 'node:worker_threads'
import type { DistributionCounts } from '../metrics/distribution.js'
import { type Refusal, toRefusal } from '../refusal.js'
import { lowerThreadPriority } from '../thread-priority.js'
import type { Database, Owner } from './database.js'
import { openPostgres } from './postgres.js'
import type { AnyProcedure, Procedure } from './procedure.js'

export interface PostgresWorkerData {
  readonly url: string
  readonly connections: number
  readonly timeoutMs: number
}

export interface ProcedureRequest {
  readonly id: number
  readonly procedure: string
  /** Plain data, as much as a structured clone takes. */
  readonly input: unknown
  readonly owner: Owner | undefined
}

/** What happened since the last answer. */
export interface Tally {
  readonly commits: DistributionCounts
  readonly commitSizes: DistributionCounts
  /** By SQLSTATE. */
  readonly retries: readonly (readonly [string, number])[]
}

export type ProcedureResponse =
  | ({ readonly id: number; readonly tally: Tally } & ({ readonly output: unknown } | { readonly refusal: Refusal }))
  | { readonly connectionError: Refusal }

/**
 * Makes this thread run procedures on connections of its own, so that work in the background does not take the event
 * loop from requests, and answers the PostgresThread that started it.
 */
export function servePostgres(procedures: readonly AnyProcedure[]): void {
  const port = parentPort
  if (port === null) throw new Error('only a thread serves procedures')
  lowerThreadPriority()
  const known = new Map(procedures.map((procedure) => [procedure.name, procedure]))
  const { url, ...options } = workerData as PostgresWorkerData
  const db = openPostgres(url, {
    ...options,
    onConnectionError: (error) => port.postMessage({ connectionError: toRefusal(error) } satisfies ProcedureResponse),
  })
  const answer = async ({ id, procedure, input, owner }: ProcedureRequest): Promise<ProcedureResponse> => {
    try {
      const found = known.get(procedure) as Procedure<unknown, unknown> | undefined
      if (found === undefined) throw new Error(`this thread knows no procedure ${procedure}`)
      const output = await db.call(found, () => input, { owner })
      return { id, output, tally: takeTally(db) }
    } catch (error) {
      return { id, refusal: toRefusal(error), tally: takeTally(db) }
    }
  }
  const underWay = new Set<Promise<void>>()
  port.on('message', async (request: ProcedureRequest | 'close') => {
    if (request !== 'close') {
      const answered = answer(request).then((response) => port.postMessage(response))
      underWay.add(answered)
      await answered
      underWay.delete(answered)
      return
    }
    await Promise.all(underWay)
    await db.close()
    port.close()
  })
}

function takeTally({ commits, commitSizes, retries }: Database): Tally {
  const taken = { commits: commits.take(), commitSizes: commitSizes.take(), retries: [...retries] }
  retries.clear()
  return taken
}
