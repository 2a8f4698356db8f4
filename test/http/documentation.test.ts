import { expect, it } from 'vitest'
import { sendRaw } from '../support/raw.js'
import { useServer } from '../support/use-server.js'

const { server } = useServer()
const STYLES = '/docs/static/swagger-ui.css'
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  sendRaw(server(), { method, path, headers: { authorization: false, ...headers } })

it('the page of the API answers at its address with and without a slash', async () => {
  const [page, other] = await Promise.all([ask('/docs'), ask('/docs/')])
  for (const { status, headers, body } of [page, other]) {
    expect(status).toBe(200)
    expect(headers['content-type']).toMatch(/^text\/html/)
    expect(body.toString()).toContain('swagger-ui')
  }
})

it('its files are sent compressed, in part, or not at all where the browser has them', async () => {
  const whole = await ask(STYLES)
  expect(whole).toMatchObject({ status: 200, headers: { 'content-type': 'text/css; charset=utf-8' } })
  expect(whole.headers['content-length']).toBe(String(whole.body.length))
  expect(await ask(STYLES, { 'accept-encoding': 'gzip' })).toMatchObject({ headers: { 'content-encoding': 'gzip' } })
  expect((await ask(STYLES, { range: 'bytes=0-99' })).body).toEqual(whole.body.subarray(0, 100))
  const again = await ask(STYLES, { 'if-none-match': whole.headers.etag as string })
  expect([again.status, again.body.length]).toEqual([304, 0])
})

it('a HEAD of a file says how long it is', async () => {
  const head = await ask(STYLES, {}, 'HEAD')
  expect(head.status).toBe(200)
  expect(head.headers['content-length']).toBe(String((await ask(STYLES)).body.length))
})

it('what is not there is refused like anything else', async () => {
  for (const path of ['/docs/nothing', '/docs/static/nothing.js', '/docs/static/../../package.json']) {
    const answer = await ask(path)
    expect([path, answer.status]).toEqual([path, 404])
    expect(JSON.parse(answer.body.toString())).toMatchObject({ status: 404, message: expect.any(String) })
  }
})
