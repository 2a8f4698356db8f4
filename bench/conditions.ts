import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import type { Engine } from './options.js'
import { median } from './statistics.js'

const SYNCS = 100
const BLOCK = Buffer.alloc(4096)

/** What the figures depend on. */
export interface Conditions {
  readonly date: string
  readonly version: string
  readonly node: string
  readonly cores: number
  readonly processor: string
  readonly engine: string
  /** Load average of the minute before the run: what else the machine was doing. */
  readonly loadBefore: number
  /** Median milliseconds of a synced write of 4 KiB to the folder of the run. */
  readonly syncMs: number
}

/** @param slowSyncMs how much longer each sync of the server takes than on this disk */
export function readConditions(folder: string, engine: Engine = 'sqlite', slowSyncMs = 0): Conditions {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return {
    date: new Date().toISOString().slice(0, 10),
    version: manifest.version,
    node: process.version,
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    engine:
      `${engine === 'sqlite' ? 'SQLite' : 'PostgreSQL on the same machine'}, every write synced before its answer` +
      (slowSyncMs > 0 ? `, each sync slowed by ${slowSyncMs} ms` : ''),
    loadBefore: loadavg()[0] ?? Number.NaN,
    syncMs: measureSync(join(folder, 'sync')),
  }
}

function measureSync(path: string): number {
  const file = openSync(path, 'w')
  const times = Array.from({ length: SYNCS }, () => {
    const started = performance.now()
    writeSync(file, BLOCK)
    fsyncSync(file)
    return performance.now() - started
  })
  closeSync(file)
  return median(times)
}
