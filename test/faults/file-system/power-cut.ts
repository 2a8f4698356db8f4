import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const PAGE = 4096
const SECTOR = 512
const HEAD = 24

/** A file as the operating system has it and as the disk has it. */
interface File {
  cached: Buffer
  /** Bytes of `cached` that belong to the file. */
  size: number
  disk: Buffer
  diskSize: number
  /** Pages that are to be written to the disk. */
  readonly dirty: Set<number>
}

/** One call of a server that changed a file. */
interface Step {
  readonly kind: string
  readonly name: string
  readonly position: number
  readonly bytes: Buffer
}

/**
 * Writes to a folder what a disk would hold if the power had been cut at the end of a journal (see faults.c). A sync
 * that worked puts a file's dirty pages on the disk. After one that failed they are gone: the operating system holds them
 * for clean, and only writes them when they are changed again, as Linux does. Of the pages that wait at the end any
 * sectors arrive. That files have their names at once is taken for granted.
 */
export async function cutPower(journal: Buffer, folder: string): Promise<void> {
  const files = new Map<string, File>()
  for (const step of readJournal(journal)) applyStep(files, step)
  for (const [name, file] of files) {
    if (name.endsWith('-shm')) continue
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), toDisk(file))
  }
}

function* readJournal(journal: Buffer): Generator<Step> {
  // The last record may be cut off: the process was killed in it.
  for (let at = 0; at + HEAD <= journal.length; ) {
    const kind = String.fromCharCode(journal[at] ?? 0)
    const nameLength = journal.readInt32LE(at + 4)
    const position = Number(journal.readBigInt64LE(at + 8))
    const length = kind === 'W' || kind === 'R' ? Number(journal.readBigInt64LE(at + 16)) : 0
    const start = at + HEAD + nameLength
    at = start + length
    if (at > journal.length) return
    const name = journal.toString('utf8', start - nameLength, start)
    yield { kind, name, position, bytes: journal.subarray(start, at) }
  }
}

function applyStep(files: Map<string, File>, { kind, name, position, bytes }: Step): void {
  if (kind === 'U') {
    files.delete(name)
    return
  }
  const file = files.get(name) ?? newFile()
  files.set(name, file)
  if (kind === 'R') {
    files.delete(name)
    files.set(bytes.toString(), file)
  } else if (kind === 'W') writeBytes(file, position, bytes)
  else if (kind === 'T') resize(file, position)
  else {
    if (kind === 'S') for (const page of file.dirty) writePage(file, page)
    if (kind === 'S') file.diskSize = file.size
    file.dirty.clear()
  }
}

function newFile(): File {
  return { cached: Buffer.alloc(0), size: 0, disk: Buffer.alloc(0), diskSize: 0, dirty: new Set() }
}

function writeBytes(file: File, position: number, bytes: Buffer): void {
  const end = position + bytes.length
  file.cached = grow(file.cached, end)
  bytes.copy(file.cached, position)
  file.size = Math.max(file.size, end)
  for (let page = Math.floor(position / PAGE); page * PAGE < end; page += 1) file.dirty.add(page)
}

function resize(file: File, size: number): void {
  file.cached = grow(file.cached, size)
  file.cached.fill(0, size)
  file.size = size
}

/** Room for so many bytes, the new ones zero. */
function grow(buffer: Buffer, size: number): Buffer {
  if (buffer.length >= size) return buffer
  const larger = Buffer.alloc(Math.max(size, buffer.length * 2))
  buffer.copy(larger)
  return larger
}

function writePage(file: File, page: number, isKept: () => boolean = () => true): void {
  const end = Math.min((page + 1) * PAGE, file.cached.length)
  for (let at = page * PAGE; at < end; at += SECTOR) {
    if (!isKept()) continue
    const stop = Math.min(at + SECTOR, end)
    file.disk = grow(file.disk, stop)
    file.cached.copy(file.disk, at, at, stop)
    file.diskSize = Math.max(file.diskSize, Math.min(stop, file.size))
  }
}

function toDisk(file: File): Buffer {
  // Of some files nearly everything arrives, of some nearly nothing.
  const share = Math.random()
  for (const page of file.dirty) writePage(file, page, () => Math.random() < share)
  if (file.size < file.diskSize && Math.random() < 0.5) file.diskSize = file.size
  return grow(file.disk, file.diskSize).subarray(0, file.diskSize)
}
