import { rm } from 'node:fs/promises'
import { build } from 'esbuild'

/**
 * Bundles the server into dist/. Reading some 1,300 small modules of the dependencies took most of a cold start; see
 * docs/decisions/0007-bundled-server.md. What brings native code or files of its own stays outside.
 */
await rm('dist', { recursive: true, force: true })
await build({
  entryPoints: {
    main: 'src/main.ts',
    'sqlite-worker': 'src/storage/sqlite-worker.ts',
    'encoder-worker': 'src/embedding/encoder-worker.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  sourcemap: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['better-sqlite3', '@fastify/swagger-ui', 'pino'],
  // CommonJS dependencies call require, which an ES module does not have.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
  },
  logLevel: 'warning',
})
