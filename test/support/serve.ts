import { onTestFinished } from 'vitest'
import { type ServerOptions, startServer, type TestServer } from './server.js'

/** Serves a database of the test, whose settings name its data folder, until the test ends. */
export async function serveUntilEnd(env: Record<string, string>, options: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer({ ...options, env, dataDir: env.RECOLLECT_DATA_DIR ?? '' })
  onTestFinished(async () => {
    await server.kill('SIGKILL')
  })
  return server
}
