import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.js'
import { linesOf, runCli } from '../support/cli.js'
import { temporaryFolder } from '../support/folder.js'

const has = (shell: string) => spawnSync(shell, ['--version']).status === 0

const scripts = new Map<string, Promise<string>>()

function scriptOf(shell: string): Promise<string> {
  const script = scripts.get(shell) ?? makeScript(shell)
  scripts.set(shell, script)
  return script
}

async function makeScript(shell: string): Promise<string> {
  const { code, stdout, stderr } = await runCli(['completion', shell])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

/** What bash offers for a line; the word that is being written is the last one. */
async function completeInBash(line: string, cwd = '/'): Promise<string[]> {
  const words = ['recollect', ...line.split(' ')]
  const program = `${await scriptOf('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_recollect; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-u', '-c', program], { encoding: 'utf8', cwd })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return linesOf(stdout).sort()
}

describe.runIf(has('bash'))('in bash', () => {
  it('every command and every option of it is offered', async () => {
    for (const { name, options } of COMMANDS) {
      const words = name.split(' ')
      const last = words.at(-1) ?? ''
      expect(await completeInBash([...words.slice(0, -1), last.slice(0, 2)].join(' '))).toContain(last)
      const offered = await completeInBash(`${name} --`)
      expect(offered).toEqual([...Object.keys(options).map((option) => `--${option}`), '--help'].sort())
    }
  })

  it.each([
    ['key ', ['create', 'list', 'revoke']],
    ['ser', ['serve']],
    ['completion ', ['bash', 'fish', 'zsh']],
    ['key create --account ', []],
    ['frobnicate ', []],
    ['migrate nothing', []],
  ])('"recollect %s" offers %j', async (line, expected) => {
    const offered = (await completeInBash(line)).filter((word) => !word.startsWith('--'))
    expect(offered).toEqual(expected)
  })

  it('a file where the command takes one', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'people.csv'), '')
    expect(await completeInBash('import peo', folder)).toEqual(['people.csv'])
    expect(await completeInBash('import --store ', folder)).toEqual([])
  })
})

describe.runIf(has('zsh'))('in zsh', () => {
  it('the script is well-formed', async () => {
    const file = join(await temporaryFolder(), '_recollect')
    await writeFile(file, await scriptOf('zsh'))
    const { status, stderr } = spawnSync('zsh', ['-n', file], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})

describe.runIf(has('fish'))('in fish', () => {
  const complete = async (line: string) => {
    const file = join(await temporaryFolder(), 'recollect.fish')
    await writeFile(file, await scriptOf('fish'))
    const program = `source ${file}; complete -C '${line}'`
    const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', program], { encoding: 'utf8' })
    expect(stderr).toBe('')
    return linesOf(stdout).map((row) => row.split('\t')[0])
  }

  it('commands, verbs, options and words are offered', async () => {
    expect(await complete('recollect ser')).toEqual(['serve'])
    expect(await complete('recollect key ')).toEqual(['create', 'list', 'revoke'])
    expect(await complete('recollect key create --ac')).toEqual(['--account'])
    expect(await complete('recollect completion ')).toEqual(['bash', 'fish', 'zsh'])
  })
})

it.each(['bash', 'zsh', 'fish'])('the script for %s knows every command and every option', async (shell) => {
  const script = await scriptOf(shell)
  for (const { name, options } of COMMANDS) {
    for (const word of [...name.split(' '), ...Object.keys(options)]) expect(script).toContain(word)
  }
})
