import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { linesOf, runCli } from '../support/cli.js'
import { temporaryFolder } from '../support/folder.js'

const COMMANDS = [
  'serve',
  'worker',
  'doctor',
  'migrate',
  'vacuum',
  'backup',
  'restore',
  'copy',
  'account create',
  'account list',
  'key create',
  'key list',
  'key revoke',
  'import',
  'completion',
] as const

describe('help', () => {
  it.each([['--help'], ['-h'], ['help'], []])('lists every command (%j)', async (...args) => {
    const { code, stdout, stderr } = await runCli(args)
    expect(code).toBe(0)
    expect(stderr).toBe('')
    for (const command of COMMANDS) expect(stdout).toContain(`  ${command} `)
  })

  it.each(COMMANDS)('%s --help shows its usage and does nothing else', async (command) => {
    const dataDir = join(await temporaryFolder(), 'data')
    const { code, stdout, stderr } = await runCli([...command.split(' '), '--help'], { RECOLLECT_DATA_DIR: dataDir })
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toContain(`Usage: recollect ${command}`)
    await expect(readdir(dataDir)).rejects.toThrow('ENOENT')
  })

  it('help COMMAND says the same as COMMAND --help', async () => {
    const [one, other] = await Promise.all([runCli(['help', 'key', 'create']), runCli(['key', 'create', '--help'])])
    expect(one).toEqual(other)
  })

  it('a noun with --help lists its commands', async () => {
    const { code, stdout } = await runCli(['key', '--help'])
    expect(code).toBe(0)
    expect(linesOf(stdout).filter((line) => line.startsWith('  key '))).toHaveLength(3)
  })

  it('serve --help names every setting', async () => {
    const { stdout } = await runCli(['serve', '--help'])
    for (const name of ['HOST', 'PORT', 'PUBLIC_URL', 'RECOLLECT_DATA_DIR', 'RECOLLECT_ACCOUNTS', 'LOG_LEVEL']) {
      expect(stdout).toContain(`  ${name} (`)
    }
  })

  it('--version prints the version of the package', async () => {
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
    const { code, stdout } = await runCli(['--version'])
    expect(code).toBe(0)
    expect(stdout).toBe(`${JSON.parse(manifest).version}\n`)
  })
})

describe('wrong use', () => {
  const store = 'mem_store_01arz3ndektsv4rrffq69g5fav'
  it.each([
    ['frobnicate'],
    ['--frobnicate'],
    ['help', 'frobnicate'],
    ['doctor', 'extra'],
    ['completion'],
    ['completion', 'tcsh'],
    ['completion', 'constructor'],
    ['key'],
    ['account'],
    ['account', 'frobnicate'],
    ['serve', 'extra'],
    ['serve', '--port', '1'],
    ['migrate', '--json'],
    ['account', 'create', 'extra'],
    ['account', 'create', '--sid', 'nonsense'],
    ['account', 'create', '--sid'],
    ['account', 'create', '--sid', '--json'],
    ['account', 'list', '--json=yes'],
    ['key', 'create'],
    ['key', 'revoke'],
    ['key', 'revoke', 'one', 'two'],
    ['backup'],
    ['backup', 'one', 'two'],
    ['backup', 'one', '--from', 'sqlite:data'],
    ['restore'],
    ['copy', 'sqlite:data'],
    ['copy', '--to', 'somewhere'],
    ['import'],
    ['import', 'people.csv'],
    ['import', 'people.csv', '--store', store],
    ['import', 'people.csv', '--store', store, '--map', 'email=Contact.email'],
    ['import', 'people.csv', '--store', store, '--map', 'email', '--map', 'phone=Contact.phone'],
    ['import', 'people.csv', '--store', store, '--map', 'email=email', '--map', 'phone=Contact.phone'],
    // Without credentials in the environment.
    ['import', 'people.csv', '--store', store, '--map', 'email=Contact.email', '--map', 'phone=Contact.phone'],
  ])('recollect %s %s exits 64 with one line', async (...args) => {
    const dataDir = join(await temporaryFolder(), 'data')
    const { code, stdout, stderr } = await runCli(args, { RECOLLECT_DATA_DIR: dataDir })
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' })
    expect(linesOf(stderr)).toEqual([expect.stringMatching(/^recollect: .{10,}/)])
    await expect(readdir(dataDir)).rejects.toThrow('ENOENT')
  })
})

describe('a slip of the keyboard', () => {
  it.each([
    ['serv', 'recollect serve'],
    ['doktor', 'recollect doctor'],
    ['--hlep', 'recollect --help'],
    ['create account', 'recollect account create'],
    ['account creat', 'recollect account create'],
    ['key revoek SK123', 'recollect key revoke'],
    ['account list --jsn', '--json'],
    ['serve --no-workers', '--no-worker'],
    ['completion bahs', 'bash'],
  ])('recollect %s is told of %s', async (words, meant) => {
    const { code, stderr } = await runCli(words.split(' '))
    expect(code).toBe(64)
    expect(linesOf(stderr)).toEqual([expect.stringContaining(`; did you mean ${meant}?`)])
  })

  it.each(['frobnicate', 'account frobnicate', 'doctor --frobnicate'])('%s is like nothing there is', async (words) => {
    const { stderr } = await runCli(words.split(' '))
    expect(stderr).not.toContain('did you mean')
  })
})

describe('wrong settings', () => {
  const wrong = {
    PORT: 'http',
    LOG_LEVEL: 'loud',
    PUBLIC_URL: 'memory.example.com',
    DATABASE_URL: 'mysql://localhost/memory',
    RECOLLECT_ACCOUNTS: 'ACshort:very-secret-token',
    UPLOAD_URL_TTL_SECONDS: '0',
    RECOLLECT_MAX_STORES: '1.5',
  }

  it.each([['serve'], ['migrate'], ['account list']])('%s reports all at once and exits 78', async (command) => {
    const dataDir = join(await temporaryFolder(), 'data')
    const { code, stdout, stderr } = await runCli(command.split(' '), { ...wrong, RECOLLECT_DATA_DIR: dataDir })
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' })
    for (const name of Object.keys(wrong)) expect(stderr).toContain(name)
    expect(linesOf(stderr)).toHaveLength(1 + Object.keys(wrong).length)
    await expect(readdir(dataDir)).rejects.toThrow('ENOENT')
  })

  it('does not show the tokens of the settings', async () => {
    const { stderr } = await runCli(['serve'], { ...wrong, RECOLLECT_DATA_DIR: join(await temporaryFolder(), 'data') })
    expect(stderr).toContain('RECOLLECT_ACCOUNTS')
    expect(stderr).not.toContain('very-secret-token')
  })
})
