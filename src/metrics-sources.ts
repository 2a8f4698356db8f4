import type { Context } from './context.js'
import type { QueueState } from './metrics/queue.js'
import type { MetricsSources } from './metrics.js'
import { measureEncodingQueue, measureJobs, type QueueDepth } from './storage/queue-depth.js'
import { readVersion } from './version.js'

/**
 * What the metrics read when they are asked for.
 *
 * @param context the finished context, which holds the metrics
 */
export function readSources(db: Context['db'], context: () => Context): MetricsSources {
  const toState = ({ count, oldestAt }: QueueDepth): QueueState => ({
    length: count,
    oldestMs: oldestAt === undefined ? 0 : Math.max(0, context().now() - oldestAt),
  })
  const version = readVersion()
  return {
    build: () => ({
      version,
      engine: context().config.databaseUrl === undefined ? 'sqlite' : 'postgres',
    }),
    jobs: async () => toState(await measureJobs(db.read, 'QUEUED')),
    failedJobs: async () => (await measureJobs(db.read, 'FAILED')).count,
    texts: async () => toState(await measureEncodingQueue(db.read)),
    waiting: () => [
      { queue: 'profile_writes', ...context().submitWrite.waiting() },
      { queue: 'memory_writes', ...context().addMemories.waiting() },
      ...db.waiting(),
    ],
    databaseBytes: () => db.size(),
    logBytes: () => db.logSize(),
    freeBytes: () => db.freeBytes(),
    recallCacheBytes: () => context().recallCache.bytes(),
    retries: () => db.retries,
    commits: db.commits,
    commitSizes: db.commitSizes,
  }
}
