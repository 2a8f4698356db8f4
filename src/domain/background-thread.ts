import { servePostgres } from '../storage/postgres-serve.js'
import { createProcedures } from './procedures.js'

// The thread that runs what nobody waits for on PostgreSQL.
servePostgres(createProcedures())
