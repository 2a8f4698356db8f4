import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Ended, linesOf, runCli } from '../support/cli.js'
import { engine } from '../support/engine.js'
import { temporaryFolder } from '../support/folder.js'
import { startServer } from '../support/server.js'

interface Finding {
  readonly check: string
  readonly status: string
  readonly message: string
  readonly mend?: string
}

async function examine(env: Record<string, string>): Promise<Finding[]> {
  const { code, stdout, stderr } = await runCli(['doctor', '--json'], { PORT: '0', RECOLLECT_ENCODER: 'none', ...env })
  const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: Finding[] }
  const problems = findings.filter(({ status }) => status === 'problem').length
  expect({ code, healthy }).toEqual(problems > 0 ? { code: 1, healthy: false } : { code: 0, healthy: true })
  expect(linesOf(stderr)).toHaveLength(problems > 0 ? 1 : 0)
  // Whoever is told that something is wrong is told what to do.
  for (const { status, mend } of findings) expect(mend !== undefined).toBe(status === 'warning' || status === 'problem')
  return findings
}

const about = (findings: readonly Finding[], check: string) => findings.filter((finding) => finding.check === check)

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  return String(typeof address === 'object' && address !== null ? address.port : 0)
}

describe('before the first start', () => {
  it('all is well, with the built-in encoder tried, and nothing is made', async () => {
    const dataDir = join(await temporaryFolder(), 'data')
    const findings = await examine({ RECOLLECT_DATA_DIR: dataDir, RECOLLECT_ENCODER: 'builtin' })
    // PostgreSQL's own settings are whatever they are.
    expect(findings.filter(({ check, status }) => status !== 'ok' && check !== 'postgresql')).toEqual([])
    const checks = ['node', 'settings', 'database', 'clock', 'encoder', 'port']
    for (const check of checks) expect(about(findings, check)).toHaveLength(1)
    expect(about(findings, 'encoder')[0]?.message).toContain('512')
    await expect(readdir(dataDir)).rejects.toThrow('ENOENT')
    expect(await readdir(join(dataDir, '..'))).toEqual([])
  })

  it('prints it for people too', async () => {
    const env = { RECOLLECT_DATA_DIR: await temporaryFolder(), RECOLLECT_ENCODER: 'none', PORT: '0' }
    const { code, stdout } = await runCli(['doctor'], env)
    expect(code).toBe(0)
    expect(stdout).toMatch(/✓ database/)
    expect(stdout).toMatch(/^(All is well|0 problem\(s\), \d warning\(s\))\.$/m)
  })
})

describe('beside a server at work', () => {
  it('finds its database, its schema and its port in order, and leaves it alone', async () => {
    const server = await startServer()
    onTestFinished(() => server.stop())
    const findings = await examine({ RECOLLECT_DATA_DIR: server.dataDir, PORT: new URL(server.url).port })
    expect(about(findings, 'database')).toEqual([
      { check: 'database', status: 'ok', message: expect.stringContaining("has this version's schema") },
    ])
    expect(about(findings, 'clock')[0]?.status).toBe('ok')
    expect(about(findings, 'port')[0]).toMatchObject({ status: 'ok', message: expect.stringContaining('is ready') })
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  })
})

describe('what is to be mended', () => {
  it('wrong settings, all of them, and none that hides the rest', async () => {
    const findings = await examine({ RECOLLECT_DATA_DIR: await temporaryFolder(), PORT: 'http', LOG_LEVEL: 'loud' })
    const settings = about(findings, 'settings')
    expect(settings.map(({ status }) => status)).toEqual(['problem', 'problem'])
    expect(settings.map(({ message }) => message).join()).toMatch(/PORT.*LOG_LEVEL/)
  })

  it('a setting that is misspelt', async () => {
    const findings = await examine({ RECOLLECT_DATA_DIR: await temporaryFolder(), RECOLLECT_ENCODR_URL: 'x' })
    expect(about(findings, 'settings')).toEqual([
      expect.objectContaining({ status: 'warning', message: expect.stringContaining('RECOLLECT_ENCODER_URL') }),
    ])
  })

  it('a port that another program has', async () => {
    const dataDir = await temporaryFolder()
    const silent = createServer((socket) => socket.end())
    const web = createHttpServer((_request, response) => response.end('{"status":"ok"}'))
    for (const PORT of [await listen(silent), await listen(web)]) {
      const findings = await examine({ RECOLLECT_DATA_DIR: dataDir, PORT })
      expect(about(findings, 'port')[0]).toMatchObject({ status: 'problem', message: expect.stringContaining(PORT) })
    }
  })

  it('an address that is not of this machine', async () => {
    const findings = await examine({ RECOLLECT_DATA_DIR: await temporaryFolder(), HOST: '192.0.2.1', PORT: '8080' })
    expect(about(findings, 'port')[0]?.status).toBe('problem')
  })

  it('an encoder that does not answer', async () => {
    const findings = await examine({
      RECOLLECT_DATA_DIR: await temporaryFolder(),
      RECOLLECT_ENCODER: 'openai',
      RECOLLECT_ENCODER_URL: `http://127.0.0.1:${await listen(createServer((socket) => socket.destroy()))}`,
      RECOLLECT_ENCODER_MODEL: 'some',
    })
    expect(about(findings, 'encoder')[0]?.status).toBe('problem')
  })

  it.runIf(engine === 'sqlite')('a data folder that others may look into', async () => {
    const dataDir = await temporaryFolder()
    await chmod(dataDir, 0o755)
    const [folder] = about(await examine({ RECOLLECT_DATA_DIR: dataDir }), 'folder')
    expect(folder).toMatchObject({ status: 'warning', mend: `chmod go-rwx ${dataDir}` })
  })

  it.runIf(engine === 'sqlite')('a data folder that is a file, and a database that is none', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'file'), '')
    const asFile = await examine({ RECOLLECT_DATA_DIR: join(folder, 'file') })
    expect(about(asFile, 'folder')[0]?.status).toBe('problem')
    expect(about(asFile, 'database')[0]?.status).toBe('skipped')

    await mkdir(join(folder, 'data'), { mode: 0o700 })
    await writeFile(
      join(folder, 'data', 'recollect.db'),
      'no database at all, but long enough to be looked at'.repeat(99),
    )
    const broken = await examine({ RECOLLECT_DATA_DIR: join(folder, 'data') })
    expect(about(broken, 'database')[0]?.status).toBe('problem')
  })

  it.runIf(engine === 'postgres')('a PostgreSQL that is not there, without its password', async () => {
    const ended: Ended = await runCli(['doctor'], {
      RECOLLECT_DATA_DIR: await temporaryFolder(),
      DATABASE_URL: 'postgres://user:very-secret@127.0.0.1:1/none',
    })
    expect(ended.code).toBe(1)
    expect(ended.stdout).toMatch(/✗ database/)
    expect(ended.stdout + ended.stderr).not.toContain('very-secret')
  })
})
