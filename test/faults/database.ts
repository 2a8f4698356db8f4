import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'

const FILES = ['recollect.db', 'recollect.db-wal']

/** What must never be found, whatever moment a process was killed at. */
export const CONTRADICTIONS = {
  'identifiers of no profile': `select id_type, profile_id from identifier
    where (store_id, profile_id) not in (select store_id, id from profile)`,
  'profiles that nothing identifies': `select id from profile
    where (store_id, id) not in (select store_id, profile_id from identifier)`,
  'merges into no profile': `select profile_id, canonical_id from profile_merge
    where (store_id, canonical_id) not in (select store_id, id from profile)`,
  'profiles that were merged and still are': `select id from profile
    where (store_id, id) in (select store_id, profile_id from profile_merge)`,
  'memories that are newer than what indexes ask for': `select observation.id from observation
    join profile on profile.store_id = observation.store_id and profile.id = observation.profile_id
    where change > memory_version`,
  'profiles without an event': `select id from profile
    where (store_id, id) not in (select store_id, subject_id from event)`,
}

/**
 * Looks into the database of a folder that no process serves. It looks at a copy, so that whatever a crash left behind
 * is still there for the next server to recover.
 *
 * @returns what is wrong with it, `{}` when nothing is
 */
export async function findContradictions(dataDir: string): Promise<Record<string, unknown[]>> {
  const copy = await mkdtemp(join(tmpdir(), 'recollect-copy-'))
  try {
    await Promise.all(FILES.map((name) => copyFile(join(dataDir, name), join(copy, name)).catch(ignoreMissing)))
    return await findContradictionsIn(join(copy, 'recollect.db'))
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

/** Looks into a database file. @returns what is wrong with it, `{}` when nothing is */
export async function findContradictionsIn(file: string): Promise<Record<string, unknown[]>> {
  const db = new SqliteDatabase(file)
  try {
    const integrity = db.pragma('integrity_check') as { integrity_check: string }[]
    const faults = integrity.filter((row) => row.integrity_check !== 'ok')
    const found: [string, unknown[]][] = [['damage', faults]]
    for (const [name, sql] of Object.entries(CONTRADICTIONS)) found.push([name, db.prepare(`${sql} limit 5`).all()])
    return Object.fromEntries(found.filter(([, rows]) => rows.length > 0))
  } finally {
    db.close()
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
