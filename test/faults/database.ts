import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'

const FILES = ['recollect.db', 'recollect.db-wal']

/** What must never be found, whatever moment a process was killed at. */
const CONTRADICTIONS = {
  'identifiers of no profile': `select i.id_type, i.profile_id from identifier i
    left join profile p on p.store_id = i.store_id and p.id = i.profile_id where p.id is null`,
  'profiles that nothing identifies': `select p.id from profile p
    left join identifier i on i.store_id = p.store_id and i.profile_id = p.id where i.profile_id is null`,
  'merges into no profile': `select m.profile_id, m.canonical_id from profile_merge m
    left join profile p on p.store_id = m.store_id and p.id = m.canonical_id where p.id is null`,
  'profiles that were merged and still are': `select p.id from profile p
    join profile_merge m on m.store_id = p.store_id and m.profile_id = p.id`,
  'profiles without an event': `select p.id from profile p
    left join event e on e.store_id = p.store_id and e.subject_id = p.id where e.id is null`,
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
    const db = new SqliteDatabase(join(copy, 'recollect.db'))
    const integrity = db.pragma('integrity_check') as { integrity_check: string }[]
    const faults = integrity.filter((row) => row.integrity_check !== 'ok')
    const found: [string, unknown[]][] = [['damage', faults]]
    for (const [name, sql] of Object.entries(CONTRADICTIONS)) found.push([name, db.prepare(`${sql} limit 5`).all()])
    db.close()
    return Object.fromEntries(found.filter(([, rows]) => rows.length > 0))
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
