import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { basic } from '../support/api.js'
import type { TestServer } from '../support/server.js'
import type { Sighting } from './bystander.js'

const BYSTANDER = fileURLToPath(new URL('./bystander.ts', import.meta.url))
const MAX_EXTRA_MIB = 200
const MAX_ANSWER_MS = 1000

/**
 * Runs an attack while another client uses the server and its memory is watched. Afterwards the other client has
 * been answered every time, within a second, the memory never was more than 200 MiB above what it was before, and the
 * server logged no failure.
 *
 * @param path what the other client asks for
 */
export async function attack<T>(server: TestServer, name: string, path: string, work: () => Promise<T>): Promise<T> {
  const logged = server.logLines.length
  const args = ['--import', 'tsx', BYSTANDER, server.url, String(server.process.pid), basic(server.account)]
  const bystander = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: bystander.stdout })[Symbol.asyncIterator]()
  try {
    expect((await lines.next()).value).toBe('ready')
    bystander.stdin.write(`${path}\n`)
    const result = await work()
    bystander.stdin.end()
    report(name, JSON.parse((await lines.next()).value) as Sighting)
    expect(server.logLines.slice(logged).filter((line) => line.includes('"level":"error"'))).toEqual([])
    expect(server.process.exitCode).toBeNull()
    return result
  } finally {
    bystander.kill('SIGKILL')
  }
}

function report(name: string, { failures, requests, slowestMs, slowestOwnMs, rssBefore, rssPeak }: Sighting): void {
  const extra = rssPeak - rssBefore
  const times = `slowest of ${requests} others ${slowestMs.toFixed(0)} ms (${slowestOwnMs.toFixed(0)} ms its own)`
  process.stdout.write(`${name}: ${times}, memory ${rssBefore.toFixed(0)} MiB + ${extra.toFixed(0)} MiB\n`)
  expect({ name, failures }).toEqual({ name, failures: [] })
  expect(requests).toBeGreaterThan(0)
  expect({ name, extra }).toEqual({ name, extra: expect.toSatisfy((mib: number) => mib <= MAX_EXTRA_MIB) })
  // Waiting for a processor that other programs have is not the server's fault.
  expect({ name, slowestOwnMs }).toEqual({ name, slowestOwnMs: expect.toSatisfy((ms: number) => ms <= MAX_ANSWER_MS) })
}
