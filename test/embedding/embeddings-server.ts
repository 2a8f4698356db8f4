import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface EmbeddingsCall {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: { readonly model: string; readonly input: readonly string[] }
}

export type Answer = (response: ServerResponse, call: EmbeddingsCall) => void

/** A small embeddings service whose answers a test decides on; it ends with the test. */
export async function startEmbeddingsServer(initial: Answer = answerWell) {
  const calls: EmbeddingsCall[] = []
  const state = { answer: initial }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method, url: path, headers } = request
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as EmbeddingsCall['body']
    const call = { method, path, headers, body }
    calls.push(call)
    state.answer(response, call)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, calls, state }
}

/** A vector that tells texts apart: by length and first character. */
export function vectorOf(text: string): number[] {
  return [text.length, text.charCodeAt(0), 1]
}

/** The vectors in an order of their own, as the interface allows. */
export const answerWell: Answer = (response, { body: { input } }) => {
  const data = input.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) }))
  sendJson(response, { object: 'list', data: data.reverse() })
}

export function answerWith(body: unknown, status = 200): Answer {
  return (response) => sendJson(response, body, status)
}

function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
