import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { expect, it, onTestFinished } from 'vitest'
import { basic, eventually } from '../support/api.js'
import { makeCertificate } from '../support/certificate.js'
import { runCli } from '../support/cli.js'
import { temporaryFolder } from '../support/folder.js'
import { sendBytes } from '../support/raw.js'
import { startServer, type TestServer } from '../support/server.js'

/** A server with a certificate of its own in files that the test may replace. */
async function startTls() {
  const folder = await temporaryFolder()
  const made = await makeCertificate(folder, 'first')
  const files = { cert: join(folder, 'current.pem'), key: join(folder, 'current.key') }
  await copyFile(made.cert, files.cert)
  await copyFile(made.key, files.key)
  const env = { RECOLLECT_TLS_CERT: files.cert, RECOLLECT_TLS_KEY: files.key }
  const server = await startServer({ env })
  onTestFinished(() => server.stop())
  return { server, folder, files }
}

interface Answer {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly body: string
}

function send(server: TestServer, ca: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: basic(server.account), 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const call = request(server.url + path, { method, ca, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }),
      )
    })
    call.on('error', reject)
    call.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** Name on the certificate that a new connection is shown. */
function certificateName(server: TestServer): Promise<string> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      const certificate: PeerCertificate = socket.getPeerCertificate()
      socket.destroy()
      resolve(String(certificate.subject.CN))
    })
    socket.on('error', reject)
  })
}

it('speaks https with the certificate of its files, and links say so', async () => {
  const { server, files } = await startTls()
  expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  const ca = await readFile(files.cert, 'utf8')
  const accepted = await send(server, ca, 'POST', '/v1/ControlPlane/Stores', { displayName: 'tls' })
  expect(accepted.status).toBe(202)
  expect(JSON.parse(accepted.body).statusUrl).toMatch(new RegExp(`^${server.url}/v1/`))
  expect(accepted.headers['strict-transport-security']).toBe('max-age=31536000')
  await expect(send(server, '', 'GET', '/healthz')).rejects.toThrow(/self-signed/)
})

it('ends connections that speak no TLS, and goes on', async () => {
  const { server, files } = await startTls()
  expect(await sendBytes(server, 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')).not.toContain('HTTP/1.1 200')
  expect((await send(server, await readFile(files.cert, 'utf8'), 'GET', '/healthz')).status).toBe(200)
})

it('presents a renewed certificate without a restart: when its files change, or on SIGHUP', async () => {
  const { server, folder, files } = await startTls()
  expect(await certificateName(server)).toBe('first')
  const second = await makeCertificate(folder, 'second')
  await copyFile(second.cert, files.cert)
  // Between the two files nothing fits, and the one before is presented.
  server.process.kill('SIGHUP')
  await eventually(
    async () => server.logLines.some((line) => line.includes('the one before stays')),
    (warned) => warned,
  )
  expect(await certificateName(server)).toBe('first')
  await copyFile(second.key, files.key)
  await eventually(
    () => certificateName(server),
    (name) => name === 'second',
  )

  const third = await makeCertificate(folder, 'third')
  await copyFile(third.cert, files.cert)
  await copyFile(third.key, files.key)
  server.process.kill('SIGHUP')
  await eventually(
    () => certificateName(server),
    (name) => name === 'third',
  )
  expect((await send(server, await readFile(third.cert, 'utf8'), 'GET', '/healthz')).status).toBe(200)
})

it.each([
  [
    'a file that is not there',
    async (folder: string) => ({ cert: join(folder, 'none.pem'), key: join(folder, 'none') }),
  ],
  [
    'a key of another certificate',
    async (folder: string) => ({
      cert: (await makeCertificate(folder, 'one')).cert,
      key: (await makeCertificate(folder, 'other')).key,
    }),
  ],
  [
    'no PEM',
    async (folder: string) => {
      await writeFile(join(folder, 'text'), 'no certificate')
      return { cert: join(folder, 'text'), key: join(folder, 'text') }
    },
  ],
])('refuses to start with %s', async (_what, make) => {
  const folder = await temporaryFolder()
  const { cert, key } = await make(folder)
  const env = { RECOLLECT_DATA_DIR: folder, PORT: '0', RECOLLECT_TLS_CERT: cert, RECOLLECT_TLS_KEY: key }
  const { code, stderr } = await runCli(['serve'], env)
  expect(code).toBe(78)
  expect(stderr).toContain('RECOLLECT_TLS_CERT')
})
