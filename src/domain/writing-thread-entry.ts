/** Where the thread of SQLite's writing connection begins, for whoever opens the database. */
export const WRITING_THREAD = new URL('./writing-thread.js', import.meta.url)
