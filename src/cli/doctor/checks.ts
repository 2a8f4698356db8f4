import type { Config, Env } from '../../config.js'
import { checkDatabase } from './database.js'
import { checkEncoder } from './encoder.js'
import { type NamedFinding, skipped } from './finding.js'
import { checkDiskSpeed, checkFolder, checkSpace } from './folder.js'
import { checkPort } from './port.js'
import { checkNode, checkSettings } from './settings.js'

/** Looks at everything a server needs, in the order in which it needs it. Changes nothing that stays. */
export async function examineEverything(env: Env): Promise<NamedFinding[]> {
  const { config, findings } = checkSettings(env)
  const first: NamedFinding[] = [
    { check: 'node', ...checkNode(process.versions.node) },
    ...findings.map((finding) => ({ check: 'settings', ...finding })),
  ]
  if (config === undefined) return [...first, { check: 'database', ...skipped('the settings come first') }]
  const folders = await examineFolder(config)
  const usable = config.databaseUrl !== undefined || !folders.some(isUnusable)
  return [
    ...first,
    ...folders,
    ...(usable ? await checkDatabase(config) : [{ check: 'database', ...skipped('the folder comes first') }]),
    { check: 'encoder', ...(await checkEncoder(config)) },
    { check: 'port', ...(await checkPort(config)) },
  ]
}

/** With PostgreSQL and uploads in the database the server writes to no folder. */
async function examineFolder(config: Config): Promise<NamedFinding[]> {
  const folders = [
    ...(config.databaseUrl === undefined ? [config.dataDir] : []),
    ...(config.databaseUrl !== undefined && config.uploads.store === 'folder' ? [config.uploads.folder] : []),
  ]
  const found: NamedFinding[] = []
  for (const folder of folders) {
    const usable = checkFolder(folder)
    found.push({ check: 'folder', ...usable })
    if (usable.status === 'problem') continue
    found.push({ check: 'disk space', ...(await checkSpace(folder)) })
    found.push({ check: 'disk speed', ...(await checkDiskSpeed(folder)) })
  }
  return found
}

function isUnusable({ check, status }: NamedFinding): boolean {
  return check === 'folder' && status === 'problem'
}
