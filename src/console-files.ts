import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the build puts the web console; the same from `dist/` and from `build/`. */
const FOLDER = fileURLToPath(new URL('../dist/console/', import.meta.url))

/**
 * Reads the files of the web console, which are few and small.
 *
 * @returns contents by path below /console/, with `/` between folders; empty when the console was not built
 */
export async function readConsoleFiles(): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(
    await Promise.all(
      files.map(async (file) => [file.slice(FOLDER.length).replaceAll('\\', '/'), await readFile(file)] as const),
    ),
  )
}
