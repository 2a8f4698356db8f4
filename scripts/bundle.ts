import { rename, rm } from 'node:fs/promises'
import { build } from 'esbuild'
import { build as buildConsole } from 'vite'

/** Built beside the old one and put in its place when it is whole. */
const NEXT = 'build/bundle'

/**
 * Bundles the server into dist/. Reading some 1,300 small modules of the dependencies took most of a cold start; see
 * docs/decisions/0007-bundled-server.md. What brings native code or files of its own stays outside.
 */
function buildServer(): Promise<unknown> {
  return build({
    entryPoints: {
      main: 'src/main.ts',
      'sqlite-worker': 'src/storage/sqlite-worker.ts',
      'encoder-worker': 'src/embedding/encoder-worker.ts',
    },
    outdir: NEXT,
    bundle: true,
    splitting: true,
    sourcemap: true,
    // Lines and names are enough for a stack trace; the sources would cost 25 MB of memory.
    sourcesContent: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: [
      'better-sqlite3',
      '@fastify/swagger-ui',
      'pino',
      // Only there where traces are wanted.
      '@opentelemetry/sdk-trace-base',
      '@opentelemetry/resources',
      '@opentelemetry/exporter-trace-otlp-*',
    ],
    // CommonJS dependencies call require, which an ES module does not have.
    banner: {
      js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
    },
    logLevel: 'warning',
  })
}

await rm(NEXT, { recursive: true, force: true })
await buildServer()
await buildConsole({ configFile: 'console/vite.config.ts' })
await rm('dist', { recursive: true, force: true })
await rename(NEXT, 'dist')
