import { serveConnection } from './sqlite-serve.js'

// The thread of a connection that runs statements and nothing else.
serveConnection()
