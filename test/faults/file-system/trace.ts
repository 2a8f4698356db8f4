import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import type { TestServer } from '../../support/server.js'

const CALLS = 'read,readv,recvfrom,write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync'
/** A page of the database and what strace makes of bytes that are no text. */
const SHOWN_BYTES = 5000

/** A system call of a server, with seconds since the epoch. */
export interface SystemCall {
  readonly name: string
  /** What the file descriptor is: a path, or a socket with its number. */
  readonly file: string
  readonly text: string
  readonly result: number
  readonly start: number
  readonly end: number
}

/** Whether there is strace to look at system calls with; says so loudly when there is none. On CI there must be. */
export async function mayTrace(): Promise<boolean> {
  try {
    await promisify(execFile)('strace', ['-V'])
    return true
  } catch (error) {
    if (process.env.CI === 'true') throw error
    console.warn(`\n!!! NOT TESTED: that an answer comes after its sync, because there is no strace: ${error}\n`)
    return false
  }
}

/** Looks at a server while `work` runs; resolves with the calls it made, in the order of their start. */
export async function traceCalls(server: TestServer, work: () => Promise<unknown>): Promise<SystemCall[]> {
  const folder = await mkdtemp(join(tmpdir(), 'recollect-trace-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const options = ['-f', '-ff', '-y', '-ttt', '-T', '-s', String(SHOWN_BYTES), '-e', `trace=${CALLS}`]
  const strace = spawn('strace', [...options, '-o', join(folder, 'calls'), '-p', String(server.process.pid)])
  const ended = new Promise((resolve) => strace.once('exit', resolve))
  await new Promise<void>((resolve, reject) => {
    strace.stderr.setEncoding('utf8').on('data', (text: string) => text.includes('attached') && resolve())
    strace.once('exit', (code) => reject(new Error(`strace ended with code ${code}`)))
  })
  try {
    await work()
  } finally {
    strace.kill('SIGINT')
    await ended
  }
  const files = await readdir(folder)
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return texts.flatMap(parseCalls).toSorted((a, b) => a.start - b.start)
}

const LINE = /^(\d+\.\d+) (\w+)\((\d+)<([^>]*)>(.*)\) += (\d+) <(\d+\.\d+)>$/

function parseCalls(text: string): SystemCall[] {
  return text.split('\n').flatMap((line) => {
    const [, start = '', name = '', fd = '', file = '', args = '', result = '', seconds = ''] = LINE.exec(line) ?? []
    if (name === '') return []
    const about = file.startsWith('/') ? file : `${fd} ${file}`
    const begun = Number(start)
    return [{ name, file: about, text: args, result: Number(result), start: begun, end: begun + Number(seconds) }]
  })
}
