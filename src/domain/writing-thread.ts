import { callProcedures } from '../storage/sqlite-procedures.js'
import { serveConnection } from '../storage/sqlite-serve.js'
import { createProcedures } from './procedures.js'

// The thread of SQLite's writing connection, with the procedures that are run there.
serveConnection(callProcedures(createProcedures()))
