import { foundation } from './0001-foundation.js'
import { memories } from './0002-memories.js'
import { nodes } from './0003-nodes.js'
import { memoryDeletions } from './0004-memory-deletions.js'
import { accessAndAudit } from './0005-access-and-audit.js'
import { dataProtection } from './0006-data-protection.js'
import type { Migration } from './migration.js'

/** All migrations in order. A name, once released, is never changed or removed. */
export const MIGRATIONS: readonly Migration[] = [
  foundation,
  memories,
  nodes,
  memoryDeletions,
  accessAndAudit,
  dataProtection,
]
