import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import type { OpenApiDocument } from '../test/conformance/open-api.js'

/** The package that carries Twilio's OpenAPI document of the Memory API, and what exactly is expected of it. */
const PACKAGE = '@twilio/cli-core@9.0.0'
const TARBALL_SHA512 = 'FPHm5gXAUwM2oATmQi3AGYPFz4Urg5G5/vDkpUu5WqNuwueQaS93HwXjdX1OM+miuq0LMimdfbXDTLEp4Nsjfg=='
const ENTRY = 'package/src/services/twilio-api/twilio_memory_v1.json'
const ENTRY_SHA256 = 'b4a68e5fed0584b212d87375a008af2a6cfa3c16041f9353340a6c6058414870'

const CACHED = fileURLToPath(new URL('../.cache/twilio_memory_v1.json', import.meta.url))
const DOWNLOAD_TIMEOUT_MS = 120_000
const TAR_BLOCK_BYTES = 512

/** How to get the document, for those who find it missing. */
export const HOW_TO_GET_IT = 'run `npm run document` (it needs the npm registry, once)'

/** The official OpenAPI document, when it was fetched and is intact. Never downloads anything. */
export function loadOfficialDocument(): OpenApiDocument | undefined {
  if (!existsSync(CACHED)) return undefined
  const content = readFileSync(CACHED)
  return isIntact(content) ? (JSON.parse(content.toString('utf8')) as OpenApiDocument) : undefined
}

function isIntact(content: Buffer): boolean {
  return createHash('sha256').update(content).digest('hex') === ENTRY_SHA256
}

/**
 * Fetches the document with `npm pack` into the ignored folder `.cache/`, unless it is there.
 *
 * @throws Error when the registry cannot be reached or gives another file than the pinned one
 */
async function fetchOfficialDocument(): Promise<'present' | 'fetched'> {
  if (loadOfficialDocument() !== undefined) return 'present'
  const tarball = await downloadTarball()
  if (createHash('sha512').update(tarball).digest('base64') !== TARBALL_SHA512) {
    throw new Error(`${PACKAGE} is not the package it was: its sha512 is not ${TARBALL_SHA512}`)
  }
  const content = readTarEntry(gunzipSync(tarball), ENTRY)
  if (content === undefined || !isIntact(content)) throw new Error(`${PACKAGE} has no ${ENTRY} as expected`)
  await mkdir(join(CACHED, '..'), { recursive: true })
  await writeFile(`${CACHED}.part`, content)
  await rename(`${CACHED}.part`, CACHED)
  return 'fetched'
}

async function downloadTarball(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'recollect-document-'))
  try {
    const args = ['pack', PACKAGE, '--ignore-scripts', '--silent', '--pack-destination', folder]
    const { stdout } = await promisify(execFile)('npm', args, { cwd: folder, timeout: DOWNLOAD_TIMEOUT_MS })
    return await readFile(join(folder, stdout.trim()))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Content of one file of a tar archive: blocks of 512 bytes, a header with name and octal size before each file. */
function readTarEntry(archive: Buffer, wanted: string): Buffer | undefined {
  const text = (start: number, length: number) =>
    archive
      .subarray(start, start + length)
      .toString('utf8')
      .replace(/\0.*$/s, '')
  for (let at = 0; at < archive.length; ) {
    const size = Number.parseInt(text(at + 124, 12), 8) || 0
    const start = at + TAR_BLOCK_BYTES
    if (text(at, 100) === wanted) return archive.subarray(start, start + size)
    at = start + Math.ceil(size / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES
  }
  return undefined
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outcome = await fetchOfficialDocument()
  console.log(outcome === 'present' ? `${CACHED} is there and intact` : `${CACHED} is fetched from ${PACKAGE}`)
}
