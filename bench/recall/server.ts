import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startProcess } from '../process.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

// biome-ignore lint/suspicious/noExplicitAny: answers are read field by field.
export type Send = (method: string, path: string, body?: unknown) => Promise<any>

/** The built server with a data folder of its own. */
export interface RecallServer {
  readonly send: Send
  stop(): Promise<void>
}

/** Starts the built server; a signal stops it too. @param connections kept alive, so that connecting is not measured */
export async function startServer(connections: number): Promise<RecallServer> {
  const folder = await mkdtemp(join(tmpdir(), 'recollect-bench-'))
  const [sid, token] = [`AC${randomBytes(16).toString('hex')}`, randomBytes(16).toString('hex')]
  const env = { PORT: '0', RECOLLECT_DATA_DIR: folder, RECOLLECT_ACCOUNTS: `${sid}:${token}` }
  const server = await startProcess([MAIN, 'serve'], env, join(folder, 'log'))
  const stopAtSignal = () => void server.stop().finally(() => process.exit(1))
  process.once('SIGTERM', stopAtSignal).once('SIGINT', stopAtSignal)
  return {
    send: createSend(server.url, sid, token, connections),
    async stop() {
      process.off('SIGTERM', stopAtSignal).off('SIGINT', stopAtSignal)
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function createSend(url: string, sid: string, token: string, maxSockets: number): Send {
  const agent = new Agent({ keepAlive: true, maxSockets })
  const headers = {
    authorization: `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`,
    'content-type': 'application/json',
  }
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const call = request(url + path, { method, agent, headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        answer.on('end', () => {
          if ((answer.statusCode ?? 500) > 299) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`))
          else resolve(text.startsWith('{') ? { ...JSON.parse(text), headers: answer.headers } : text)
        })
      })
      call.on('error', reject)
      call.end(body === undefined ? undefined : JSON.stringify(body))
    })
}

/** Creates a store, to be had under the path it resolves with. */
export async function createStore(send: Send, displayName: string): Promise<string> {
  const { headers } = await send('POST', '/v1/ControlPlane/Stores', { displayName })
  const { result } = await send('GET', `/v1/ControlPlane/Operations/${headers['operation-id']}`)
  return `/v1/Stores/${result.id}`
}

/** Creates a profile, to be had under the path it resolves with. */
export async function createProfile(send: Send, store: string, chat: string): Promise<string> {
  const { id } = await send('POST', `${store}/Profiles`, { traits: { Contact: { chat } } })
  return `${store}/Profiles/${id}`
}

/** A memory as CreateProfileObservation takes it. */
export function toObservation(memory: { content: string; occurredAt: number; conversationIds: readonly string[] }) {
  const { content, occurredAt, conversationIds } = memory
  return { content, occurredAt: new Date(occurredAt).toISOString(), source: 'bench', conversationIds }
}

/** A conversation id as the wire has it. */
export function toConversationId(number: number): string {
  return `conv_conversation_${String(number).padStart(26, '0')}`
}

/** Resolves when no text waits for its vector. */
export async function waitUntilEncoded(send: Send): Promise<void> {
  while (!/^recollect_texts_queued 0$/m.test(await send('GET', '/metrics'))) await sleep(100)
}
