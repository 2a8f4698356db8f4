import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))

/** Tests import `src/` and get what was built from it, with its worker threads. */
const testTheBuild: Plugin = {
  name: 'test-the-build',
  enforce: 'pre',
  resolveId(source, importer) {
    if (importer === undefined || !source.startsWith('.')) return undefined
    const path = resolve(importer, '..', source)
    if (!path.startsWith(`${root}src/`)) return undefined
    const built = path.replace(`${root}src/`, `${root}build/`)
    if (!existsSync(built)) throw new Error(`${built} is missing: run npm run build`)
    return { id: built, external: true }
  },
}

export default defineConfig({
  plugins: [testTheBuild],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/{browser,cli,faults,hostile,nodes,package}/**'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    maxWorkers: 2,
    // A test isolates itself; loading everything anew for each of 160 files took a quarter of the time.
    isolate: false,
  },
})
