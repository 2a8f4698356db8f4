import type { ProcedureThreads } from '../storage/open.js'

/** Where the threads that run the domain's procedures begin, for whoever opens the database. */
export const PROCEDURE_THREADS: ProcedureThreads = {
  sqlite: new URL('./writing-thread.js', import.meta.url),
  postgres: new URL('./background-thread.js', import.meta.url),
}
