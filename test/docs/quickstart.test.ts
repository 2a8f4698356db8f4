import { spawn, spawnSync } from 'node:child_process'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/folder.js'
import { useServer } from '../support/use-server.js'

const PAGE = new URL('../../docs/quickstart.md', import.meta.url)
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))
const { server } = useServer()

const has = (program: string) => spawnSync(program, ['--version']).status === 0

/** The code of one language, and what the page says that it prints. */
async function readExample(language: string): Promise<{ code: string; printed: string }> {
  const page = await readFile(PAGE, 'utf8')
  const start = page.indexOf(`\`\`\`${language}\n`)
  expect(start).toBeGreaterThan(0)
  const end = page.indexOf('\n## ', start)
  const blocks = [...page.slice(start, end).matchAll(/^```(\w*)\n(.*?)^```$/gms)]
  const join = (kind: string) =>
    blocks
      .filter(([, name]) => name === kind)
      .map(([, , text]) => text)
      .join('')
  return { code: join(language), printed: join('text') }
}

/** Ids differ each time, but equal ones stay equal. */
function nameIds(text: string): string {
  const known: string[] = []
  return text.replaceAll(/mem_\w+_[0-9a-z]{26}/g, (id) => {
    if (!known.includes(id)) known.push(id)
    return `id ${known.indexOf(id) + 1}`
  })
}

async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { url, account } = server()
  const child = spawn(program, args, {
    cwd,
    env: {
      PATH: process.env.PATH,
      RECOLLECT_URL: url,
      RECOLLECT_USERNAME: account.sid,
      RECOLLECT_PASSWORD: account.token,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }
  await new Promise((resolve) => child.once('close', resolve))
  return printed
}

describe('the examples of docs/quickstart.md', () => {
  it('in Node, with the official SDK', async () => {
    const { code, printed } = await readExample('js')
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'node_modules'))
    await symlink(join(MODULES, 'twilio'), join(folder, 'node_modules', 'twilio'))
    await writeFile(join(folder, 'story.js'), code)
    expect(await run(process.execPath, ['story.js'], folder)).toBe(printed)
  })

  it.runIf(has('python3'))('in Python', async () => {
    const { code, printed } = await readExample('python')
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'story.py'), code)
    expect(await run('python3', ['story.py'], folder)).toBe(printed)
  })

  it.runIf(has('curl'))('with curl', async () => {
    const { code, printed } = await readExample('sh')
    const ran = await run('bash', ['-eu', '-c', code], await temporaryFolder())
    expect(nameIds(ran)).toBe(nameIds(printed))
  })
})
