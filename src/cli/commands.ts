import { accountCreate, accountList } from './account.js'
import { auditExport } from './audit.js'
import { backup } from './backup.js'
import type { Command } from './command.js'
import { createCompletion } from './completion.js'
import { copy } from './copy.js'
import { doctor } from './doctor.js'
import { importFile } from './import.js'
import { keyCreate, keyList, keyRevoke } from './key.js'
import { migrateDatabase } from './migrate.js'
import { restore } from './restore.js'
import { serve } from './serve.js'
import { vacuum } from './vacuum.js'
import { worker } from './worker.js'

/** Every command, in the order of `recollect --help`. */
export const COMMANDS: readonly Command[] = [
  serve,
  worker,
  doctor,
  migrateDatabase,
  vacuum,
  backup,
  restore,
  copy,
  accountCreate,
  accountList,
  keyCreate,
  keyList,
  keyRevoke,
  auditExport,
  importFile,
  createCompletion(() => COMMANDS),
]
