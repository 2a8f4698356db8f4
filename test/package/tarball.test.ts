import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi, createStore } from '../support/api.js'
import { findFreePort } from '../support/free-port.js'
import { newAccount } from '../support/server.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

let folder = ''
let packed: Packed = { filename: '', files: [] }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recollect-package-'))
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT })
  const answer = JSON.parse(stdout) as Packed[] | Record<string, Packed>
  packed = Object.values(answer)[0] ?? packed
  await writeFile(join(folder, 'package.json'), '{"private":true}')
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${packed.filename}`]
  await run('npm', install, { cwd: folder })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The installed command, in a folder that has nothing else of the project. */
function recollect(...args: string[]): Promise<{ stdout: string }> {
  return run('npx', ['--no-install', 'recollect', ...args], { cwd: folder })
}

describe('the package', () => {
  it('holds what runs and what a reader needs, and nothing else', () => {
    const strange = packed.files
      .map(({ path }) => path)
      .filter(
        (path) => !/^(dist\/.+|docs\/[a-z-]+\.md|(README|CHANGELOG|SECURITY)\.md|LICENSE|package\.json)$/.test(path),
      )
    expect(strange).toEqual([])
    expect(packed.files.filter(({ path }) => path.endsWith('.map'))).toEqual([])
    for (const path of [
      'dist/main.js',
      'dist/THIRD-PARTY-LICENSES.txt',
      'docs/quickstart.md',
      'README.md',
      'LICENSE',
    ]) {
      expect(packed.files).toContainEqual(expect.objectContaining({ path }))
    }
  })

  it('installed in an empty folder, knows its version and its commands', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    expect((await recollect('--version')).stdout).toBe(`${version}\n`)
    expect((await recollect('--help')).stdout).toContain('recollect COMMAND')
  })

  it('finds all it needs: doctor tries the encoder and the database', async () => {
    const env = { ...process.env, RECOLLECT_DATA_DIR: join(folder, 'checked'), PORT: '0' }
    const command = ['--no-install', 'recollect', 'doctor', '--json']
    const { stdout } = await run('npx', command, { cwd: folder, env })
    expect(JSON.parse(stdout)).toMatchObject({ healthy: true })
  })

  it('serves, with its pages, and stops when it is told to', async () => {
    const account = newAccount()
    const url = `http://127.0.0.1:${await findFreePort()}`
    const child = spawn(join(folder, 'node_modules/.bin/recollect'), ['serve'], {
      cwd: folder,
      env: { PATH: process.env.PATH, PORT: new URL(url).port, RECOLLECT_ACCOUNTS: `${account.sid}:${account.token}` },
      stdio: 'ignore',
    })
    try {
      await expect
        .poll(
          () =>
            fetch(`${url}/readyz`).then(
              ({ status }) => status,
              () => 0,
            ),
          { timeout: 30_000 },
        )
        .toBe(200)
      for (const path of ['/healthz', '/openapi.json', '/docs/', '/docs/static/swagger-ui.css']) {
        expect((await fetch(url + path)).status, path).toBe(200)
      }
      expect(await createStore(createApi({ url, account }))).toMatch(/^mem_store_/)
    } finally {
      child.kill('SIGTERM')
    }
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
  })
})
