import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url))

it('the bundle has its dependencies, and of them nothing that the server never runs', async () => {
  const files = (await readdir(DIST)).filter((name) => name.endsWith('.js'))
  const texts = await Promise.all(files.map((name) => readFile(DIST + name, 'utf8')))
  const packages = new Set(
    texts.flatMap((text) => [...text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)].map(([, name]) => name)),
  )
  expect([...packages]).toEqual(expect.arrayContaining(['fastify', 'kysely', 'pg', 'pino', 're2js', 'typebox']))
  for (const name of ['ajv', '@fastify/ajv-compiler', 'ajv-formats', 'readable-stream']) {
    expect([...packages], name).not.toContain(name)
  }
})
