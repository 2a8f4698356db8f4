import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { sendBytes, sendRaw } from '../support/raw.js'
import { useServer } from '../support/use-server.js'

const { server } = useServer()
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"

it.each([
  ['GET', '/healthz', 200],
  ['GET', '/openapi.json', 200],
  ['GET', '/docs/', 200],
  ['GET', '/v1/ControlPlane/Stores', 200],
  ['GET', '/nowhere', 404],
  ['GET', '/v1/%E0%A4%A', 400],
  ['POST', '/v1/ControlPlane/Stores', 400],
])('%s %s tells browsers to be strict, and not what serves', async (method, path, status) => {
  const answer = await sendRaw(server(), { method, path })
  expect(answer.status).toBe(status)
  expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
  for (const name of ['server', 'x-powered-by', 'via', 'strict-transport-security']) {
    expect(answer.headers, name).not.toHaveProperty(name)
  }
})

it('an answer without a request is as strict', async () => {
  expect(await sendBytes(server(), 'no http\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 400 [\s\S]*x-content-type-options: nosniff/i,
  )
})

/** Scripts, styles and handlers that stand in a page itself. */
function inlineParts(html: string): string[] {
  const elements = [...html.matchAll(/<(script|style)\b([^>]*)>([\s\S]*?)<\/\1>/gi)]
    .filter(([, , attributes, text]) => !/\bsrc=/.test(attributes ?? '') && text?.trim() !== '')
    .map(([whole]) => whole)
  return [...elements, ...(html.match(/\s(on[a-z]+|style)=/gi) ?? [])]
}

it('the documentation loads what is its own and nothing else, and has nothing inline', async () => {
  const page = await sendRaw(server(), { path: '/docs/', headers: { authorization: false } })
  expect(page.headers['content-security-policy']).toBe(POLICY)
  const html = page.body.toString()
  expect(inlineParts(html)).toEqual([])
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
  expect(files.filter((file) => file.endsWith('.js'))).not.toEqual([])
  const digests = new Set<string>()
  for (const file of files) {
    const url = new URL(file, `${server().url}/docs/`)
    expect(url.origin).toBe(server().url)
    const answer = await sendRaw(server(), { path: url.pathname, headers: { authorization: false } })
    expect(answer.status, url.pathname).toBe(200)
    digests.add(createHash('sha256').update(answer.body).digest('hex'))
  }
  expect(digests.size).toBeGreaterThan(2)
})
