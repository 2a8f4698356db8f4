import { expect, it } from 'vitest'
import { createStore } from '../support/api.js'
import { createMemoryProfile, observe } from '../support/memory.js'
import { useServer } from '../support/use-server.js'

const { server, api } = useServer()

const get = (path: string, headers = {}) => fetch(server().url + path, { headers })

it('serves the console’s page at /console and every path below that is no file, never to be cached blindly', async () => {
  const page = await (await get('/console')).text()
  expect(page).toContain('<div id="app">')
  for (const path of ['/console', '/console/', '/console/stores/x/people', '/console/health?a=b']) {
    const response = await get(path)
    expect(response.status, path).toBe(200)
    expect(await response.text()).toBe(page)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache')
  }
})

it('lets the page do nothing but what this server serves', async () => {
  const policy = (await get('/console')).headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|\*|https?:/)
  const page = await (await get('/console')).text()
  expect(page).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/)
})

it('serves hashed files for ever, compressed, and 404 for those of another build', async () => {
  const page = await (await get('/console')).text()
  const assets = [...page.matchAll(/"(\/console\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '')
  expect(assets.length).toBeGreaterThanOrEqual(2)
  for (const path of assets) {
    const response = await get(path, { 'accept-encoding': 'gzip' })
    expect(response.status, path).toBe(200)
    expect(response.headers.get('cache-control')).toContain('immutable')
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(response.headers.get('content-type')).toMatch(/^text\/(javascript|css)/)
  }
  expect((await get('/console/assets/main-00000000.js')).status).toBe(404)
  expect((await get('/console/assets/..%2f..%2fmain.js')).status).toBe(404)
})

it('counts what is in a store', async () => {
  const store = await createStore(api)
  const counts = async () => (await api('GET', `/recollect/v1/Stores/${store}/Counts`)).body
  expect(await counts()).toEqual({ profiles: 0, observations: 0, summaries: 0, imports: 0 })
  const profile = await createMemoryProfile(api, store)
  await observe(api, profile, 'Prefers tea', 'Rides a bicycle')
  expect(await counts()).toEqual({ profiles: 1, observations: 2, summaries: 0, imports: 0 })
})
