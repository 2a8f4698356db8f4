import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { databaseEnv, engine } from '../support/engine.js'
import type { TestServer } from '../support/server.js'

const run = promisify(execFile)
const MAX_DUMP_BYTES = 256 * 1024 * 1024

/** Values that are found again wherever they are, one for each way in. */
export interface Traces {
  /** A value that no other text holds; fit for an e-mail address. */
  mark(name: string): string
  /** A phone number that no other text holds, in E.164. */
  phone(): string
  readonly all: readonly string[]
}

export function createTraces(): Traces {
  const all: string[] = []
  const keep = (value: string) => {
    all.push(value)
    return value
  }
  return {
    mark: (name) => keep(`zq${name}${randomBytes(6).toString('hex')}`),
    phone: () => keep(`+1415${String(2_000_000 + (randomBytes(4).readUInt32BE() % 7_000_000))}`),
    all,
  }
}

/** The forms in which a text may lie in a file. */
function formsOf(text: string): Buffer[] {
  const bytes = Buffer.from(text)
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    // What the neighbours decide is left out.
    return Buffer.from(encoded.slice(offset === 0 ? 0 : 4, -4))
  })
  const hex = Buffer.from(bytes.toString('hex'))
  return [bytes, Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16(), hex, ...base64]
}

/** Which of the texts lie in which of the contents, as `text in name`. */
export function findTraces(texts: readonly string[], contents: ReadonlyMap<string, Buffer>): string[] {
  return texts.flatMap((text) =>
    [...contents]
      .filter(([, content]) => formsOf(text).some((form) => content.includes(form)))
      .map(([name]) => `${text} in ${name}`),
  )
}

/** Everything that a server keeps: all files of its data folder, and on PostgreSQL a dump of its database. */
export async function readKept({ dataDir }: Pick<TestServer, 'dataDir'>): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>()
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) contents.set(entry.name, await readFile(join(entry.parentPath, entry.name)))
  }
  if (engine === 'postgres') {
    const { DATABASE_URL = '' } = await databaseEnv(dataDir)
    const { stdout } = await run('pg_dump', [DATABASE_URL], { encoding: 'buffer', maxBuffer: MAX_DUMP_BYTES })
    contents.set('dump', stdout)
  }
  return contents
}
