import type { BlobStore } from './blobs/blob-store.js'
import { openDatabaseBlobs } from './blobs/database.js'
import { openFolderBlobs } from './blobs/folder.js'
import type { Config } from './config.js'
import type { CredentialCache } from './domain/account.js'
import { Admission } from './domain/admission.js'
import { type AddMemories, createMemoryGatherer } from './domain/memory.js'
import { createWriteGatherer, type SubmitWrite } from './domain/profile.js'
import { createRecallCache, type RecallCache } from './domain/recall/cache.js'
import type { QueryVectors } from './domain/recall/query.js'
import { createRefusedAccessLog, type RefusedAccessLog } from './domain/refused-access.js'
import type { SchemaCache } from './domain/schema.js'
import { createStoreCache, type StoreCache } from './domain/store-cache.js'
import type { Encoder } from './embedding/encoder.js'
import { observeEncoder } from './embedding/observed.js'
import { createIdFactory, createTicker, type NewId, newSecret } from './ids.js'
import type { Logger } from './log.js'
import { createMetrics, type Metrics } from './metrics.js'
import { readSources } from './metrics-sources.js'
import type { Database } from './storage/database.js'
import { getOrCreateState } from './storage/server-state.js'
import { type Tracing, traceDatabase, traceEncoder } from './tracing.js'

/** Everything a domain function stands on. Built once by a command, passed as an argument. */
export interface Context {
  readonly config: Config
  readonly db: Database
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Microseconds since the epoch, strictly increasing within the process: the first of `count`, one if nothing is said. */
  readonly tick: (count?: number) => number
  readonly newId: NewId
  readonly blobs: BlobStore
  readonly log: Logger
  readonly metrics: Metrics
  /** Absent when the settings do not ask for it. */
  readonly tracing: Tracing | undefined
  /** Signs page tokens and upload URLs; the same on all nodes and after a restart. */
  readonly signingKey: string
  readonly schemas: SchemaCache
  readonly credentials: CredentialCache
  readonly stores: StoreCache
  /** Decides which requests and writes of this node may begin. */
  readonly admission: Admission
  readonly refusedAccess: RefusedAccessLog
  readonly submitWrite: SubmitWrite
  readonly addMemories: AddMemories
  /** Told when a job was accepted; the worker of this process sets it. */
  readonly jobSignal: Signal
  /** Makes vectors of texts; absent when recall is to be lexical only. */
  readonly encoder: Encoder | undefined
  /** Told when texts wait for their vectors. */
  readonly encodingSignal: Signal
  readonly recallCache: RecallCache
  readonly queryVectors: QueryVectors
}

/** Wakes a loop of this process, if there is one. */
export interface Signal {
  wake: () => void
}

/**
 * Builds the context on a migrated database.
 *
 * @throws StorageUnavailableError when the database does not answer
 */
export async function createContext(
  config: Config,
  given: Pick<Context, 'db' | 'log' | 'now'> & { encoder?: Encoder | undefined; tracing?: Tracing | undefined },
): Promise<Context> {
  const { log, now, tracing } = given
  const db = tracing === undefined ? given.db : traceDatabase(given.db, tracing)
  const signingKey = await db.transaction((trx) => getOrCreateState(trx, 'signing-key', newSecret()))
  const metrics = createMetrics(readSources(db, () => context))
  const context: Context = {
    config,
    db,
    now,
    tick: createTicker(now),
    newId: createIdFactory(now),
    blobs: config.uploads.store === 'folder' ? openFolderBlobs(config.uploads.folder) : openDatabaseBlobs(db, now),
    log,
    metrics,
    tracing,
    signingKey,
    schemas: new Map(),
    credentials: new Map(),
    stores: createStoreCache(now, metrics.caches.store),
    admission: new Admission(config, now),
    refusedAccess: createRefusedAccessLog(() => context),
    submitWrite: createWriteGatherer(() => context),
    addMemories: createMemoryGatherer(() => context),
    jobSignal: { wake: () => undefined },
    encoder: watchEncoder(given.encoder, metrics, tracing),
    encodingSignal: { wake: () => undefined },
    recallCache: createRecallCache(config.recallCacheBytes),
    queryVectors: new Map(),
  }
  return context
}

function watchEncoder(
  encoder: Encoder | undefined,
  metrics: Metrics,
  tracing: Tracing | undefined,
): Encoder | undefined {
  if (encoder === undefined) return undefined
  const observed = observeEncoder(encoder, metrics.encoderCalls)
  return tracing === undefined ? observed : traceEncoder(observed, tracing)
}
