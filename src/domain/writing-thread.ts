import { createIdFactory } from '../ids.js'
import { callProcedures } from '../storage/sqlite-procedures.js'
import { serveConnection } from '../storage/sqlite-serve.js'
import { profileBatch } from './identity/batch.js'
import { memoryBatch } from './memory-batch.js'
import { CLAIM_TEXTS, STORE_VECTORS } from './recall/encoded-texts.js'

/** Ids as of the time that a batch was given, which is the clock of the process. */
function createIds() {
  let time = 0
  const newId = createIdFactory(() => time)
  return (now: number) => {
    time = now
    return newId
  }
}

// The thread of SQLite's writing connection, with the procedures that are run there.
const newId = createIds()
serveConnection(callProcedures([profileBatch(newId), memoryBatch(newId), CLAIM_TEXTS, STORE_VECTORS]))
