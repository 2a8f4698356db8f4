import { execFile, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDockerfile } from '../support/dockerfile.js'
import { findFreePort } from '../support/free-port.js'

/**
 * Where no container engine runs, the steps of the Dockerfile are run as they stand there, in a clean folder: the same
 * files as .dockerignore lets in, the same npm commands, the same files into the last stage, the same health check.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)
const STEP_TIMEOUT_MS = 600_000

const { runs, copies, healthCheck, environment } = readDockerfile()
let folder = ''
const build = () => join(folder, 'build')
const app = () => join(folder, 'app')

/** What .dockerignore lets in: it refuses everything and then names what may come. */
async function copyContext(): Promise<void> {
  const rules = (await readFile(join(ROOT, '.dockerignore'), 'utf8')).split('\n')
  const allowed = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1))
  const present = await readdir(ROOT)
  await mkdir(build())
  for (const name of allowed.filter((entry) => present.includes(entry))) {
    await cp(join(ROOT, name), join(build(), name), { recursive: true })
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recollect-container-'))
  await copyContext()
  for (const command of runs.filter((text) => text.startsWith('npm '))) {
    await run('sh', ['-c', command], { cwd: build(), timeout: STEP_TIMEOUT_MS })
  }
  await mkdir(app())
  for (const [from, to] of copies) {
    const target = to.endsWith('/') ? join(to, basename(from)) : to
    await cp(from.replace(/^\/build/, build()), join(app(), target), { recursive: true })
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the steps of the Dockerfile, in a clean folder', () => {
  it('leave only what runs', async () => {
    expect((await readdir(app())).sort()).toEqual(['dist', 'node_modules', 'package.json'])
    const modules = await readdir(join(app(), 'node_modules'))
    for (const name of ['vitest', 'typescript', 'twilio', 'esbuild']) expect(modules).not.toContain(name)
  })

  it('start, become healthy by the health check, and stop', async () => {
    const env = {
      PATH: process.env.PATH,
      ...environment,
      HOST: '127.0.0.1',
      PORT: String(await findFreePort()),
      RECOLLECT_DATA_DIR: join(folder, 'data'),
      LOG_LEVEL: 'silent',
    }
    const [program = '', ...args] = healthCheck
    const isHealthy = () =>
      run(program, args, { env }).then(
        () => true,
        () => false,
      )
    expect(await isHealthy()).toBe(false)
    const server = spawn(process.execPath, ['dist/main.js', 'serve'], {
      cwd: app(),
      env,
      stdio: 'ignore',
    })
    try {
      await expect.poll(isHealthy, { timeout: 30_000, interval: 300 }).toBe(true)
      expect((await fetch(`http://127.0.0.1:${env.PORT}/healthz`)).status).toBe(200)
    } finally {
      server.kill('SIGTERM')
    }
    expect(await new Promise((resolve) => server.once('exit', resolve))).toBe(0)
  })
})
