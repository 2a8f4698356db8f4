import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMPATIBILITY_PAGE, renderCompatibility, SERVICE_PATHS } from '../../scripts/compatibility.js'
import { buildOpenApiDocument } from '../../src/contract/openapi.js'
import { describeWithOfficialDocument } from '../support/official-document.js'
import { startServer, type TestServer } from '../support/server.js'
import type { OpenApiDocument } from './open-api.js'

describeWithOfficialDocument('docs/compatibility.md', (official) => {
  it('is what `npm run compatibility` writes', async () => {
    const page = renderCompatibility(official, buildOpenApiDocument('0') as OpenApiDocument)
    expect(await readFile(COMPATIBILITY_PAGE, 'utf8')).toBe(page)
  })

  it('has a row for each of the 46 operations', () => {
    const page = renderCompatibility(official, buildOpenApiDocument('0') as OpenApiDocument)
    expect(page.match(/^\| \w+ \| \w+ \| `[^`]+` \| (done|partial|differs|missing) \|/gm)).toHaveLength(46)
  })

  it('calls an operation missing, partial, differing or done as it is', () => {
    const stateOf = (ours: OpenApiDocument) =>
      / ListStores [^\n]*` \| (\w+)/.exec(renderCompatibility(official, ours))?.[1]
    const path = '/v1/ControlPlane/Stores'
    expect(stateOf(official)).toBe('done')
    expect(stateOf({ paths: {} })).toBe('missing')
    expect(stateOf({ paths: { [path]: { get: { operationId: 'ListStores', responses: {} } } } })).toBe('partial')
  })
})

describe('paths outside the API', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.stop())

  it.each(Object.keys(SERVICE_PATHS))('%s answers without credentials', async (path) => {
    const { status } = await fetch(server.url + path)
    expect(status).toBe(200)
  })
})
