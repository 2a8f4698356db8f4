import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readSamples } from './samples.js'

/**
 * The floor: node:http that reads the request whole and sends an answer of the right size. No credentials, no JSON, no
 * validation, no storage.
 */

const samples = readSamples()

/** Profiles, Profiles/Lookup, Profiles/:id, Profiles/:id/Traits and Profiles/:id/Observations: the end of the path tells them apart. */
function operationOf({ method, url = '' }: IncomingMessage): string {
  if (method === 'PATCH') return 'PatchProfileTraits'
  const [path = ''] = url.split('?', 1)
  if (path.endsWith('/Lookup')) return 'CreateProfilesLookup'
  if (path.endsWith('/Traits')) return 'ListProfileTraits'
  if (path.endsWith('/Observations')) return 'CreateProfileObservation'
  if (path.endsWith('/Profiles')) return method === 'POST' ? 'CreateProfile' : 'ListProfiles'
  return 'FetchProfile'
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const sample = samples.get(operationOf(request))
  if (sample === undefined) {
    response.writeHead(404).end()
    return
  }
  response
    .writeHead(sample.status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(sample.body),
    })
    .end(sample.body)
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => answer(request, response))
})

server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
