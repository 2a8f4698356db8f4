import { fileURLToPath } from 'node:url'
import { findFreePort } from '../../test/support/free-port.js'

/**
 * Prism's own command line in this process: it mocks the official document, without logging each request. It prints
 * its address only in a log that also tells each request, so this script looks for a port and prints the address.
 */

const DOCUMENT = fileURLToPath(new URL('../../.cache/twilio_memory_v1.json', import.meta.url))
// Installed beside this file, and only by the benchmark: not a name the type checker could resolve.
const PRISM: string = '@stoplight/prism-cli/dist/index.js'

const port = await findFreePort()
const url = `http://127.0.0.1:${port}`
const where = ['--host', '127.0.0.1', '--port', String(port)]
process.argv.splice(1, process.argv.length, 'prism', 'mock', DOCUMENT, ...where, '--verboseLevel', 'silent')
await import(PRISM)
for (;;) {
  if (await fetch(url).catch(() => undefined)) break
  await new Promise((resolve) => setTimeout(resolve, 50))
}
console.log(url)
