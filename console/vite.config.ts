import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const SERVER = 'http://127.0.0.1:8080'

/** The web console, which the server serves at /console. `npm run console` serves it while it is being written. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  logLevel: 'warn',
  build: {
    outDir: fileURLToPath(new URL('../build/bundle/console', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // light-dark() stays as it is.
    cssTarget: 'esnext',
    modulePreload: { polyfill: false },
    // A file as a data: URL would be an exception to the content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { proxy: { '/v1': SERVER, '/recollect': SERVER, '/metrics': SERVER, '/readyz': SERVER } },
})
