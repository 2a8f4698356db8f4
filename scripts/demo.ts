import { createApi, DemoError } from './demo/client.js'
import { STAR } from './demo/company.js'
import { fillDemo } from './demo/fill.js'
import { type DemoServer, findServer } from './demo/server.js'

/**
 * Fills a store worth looking at, through the public API of a running server or of one that it starts: a made-up
 * bicycle shop with 200 customers. Run again, it changes nothing. Credentials: RECOLLECT_USERNAME and
 * RECOLLECT_PASSWORD, or an account of its own.
 */

const QUESTIONS = [
  'Which foods are dangerous for her?',
  'Does she have children?',
  'Where should we send parcels?',
  'Was anything repaired?',
]
const LABEL_WIDTH = 12

function say(label: string, text: string): void {
  console.log(`  ${label.padEnd(LABEL_WIDTH)}${text}`)
}

function showWhatNext({ connection }: DemoServer, { store, star }: { store: string; star: string }): void {
  const { url, username, password } = connection
  const { firstName, lastName } = STAR.traits.Contact
  console.log(`
Look around in the console:

  ${url}/console
  Account SID  ${username}
  Auth token   ${password}

Ask what is known of ${firstName} ${lastName} (${STAR.email}):
${QUESTIONS.map((question) => `  ${question}`).join('\n')}

  curl -s -u ${username}:${password} ${url}/v1/Stores/${store}/Profiles/${star}/Recall \\
    -d '{"query":"${QUESTIONS[0] ?? ''}","observationsLimit":3}'
`)
}

async function play(): Promise<void> {
  const server = await findServer(process.env)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.started?.kill('SIGTERM'))
  try {
    console.log(`\nA made-up company on ${server.connection.url}:\n`)
    showWhatNext(server, await fillDemo(createApi(server.connection), say))
    if (server.started !== undefined) console.log('The server goes on; Ctrl+C ends it.')
  } catch (error) {
    server.started?.kill('SIGTERM')
    throw error
  }
}

try {
  await play()
} catch (error) {
  if (!(error instanceof DemoError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
