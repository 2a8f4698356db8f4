import { Agent, request } from 'node:http'

/** Floods a server until it is killed: `tsx flood.ts URL AUTHORIZATION STORE CONNECTIONS`, each with one create after the other. */
const [url = '', authorization = '', store = '', connections = '64'] = process.argv.slice(2)
const { hostname, port } = new URL(url)
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) })
let count = 0

function create(): Promise<void> {
  count += 1
  const body = JSON.stringify({ traits: { Contact: { email: `flood-${process.pid}-${count}@example.com` } } })
  const headers = { authorization, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, agent, method: 'POST', path: `/v1/Stores/${store}/Profiles`, headers })
    call.once('response', (answer) => answer.resume().once('end', resolve))
    call.once('error', reject)
    call.end(body)
  })
}

async function floodOn(): Promise<never> {
  for (;;) await create()
}

await Promise.all(Array.from({ length: Number(connections) }, floodOn)).catch(() => process.exit(0))
