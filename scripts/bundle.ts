import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { build, type Plugin } from 'esbuild'
import { build as buildConsole } from 'vite'

/** Built beside the old one and put in its place when it is whole. */
const NEXT = 'build/bundle'

/** What a dependency would bring along and the server never runs: it would be read and compiled at each start. */
const leaveOut: Plugin = {
  name: 'leave-out',
  setup({ onLoad, onResolve }) {
    // Fastify asks for its own compilers only where an app has none; see src/http/validation.ts.
    onResolve({ filter: /^@fastify\/(ajv-compiler|fast-json-stringify-compiler)$/ }, ({ path }) => ({
      path,
      namespace: 'left-out',
    }))
    onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `throw new Error('${path} is not in the bundle')`,
    }))
    // A copy of what Node has.
    onResolve({ filter: /^readable-stream$/ }, () => ({ path: 'node:stream', external: true }))
    // Of 2,500 media types only those are looked for that are worth compressing.
    onLoad({ filter: /mime-db\/db\.json$/ }, async ({ path }) => {
      const types = JSON.parse(await readFile(path, 'utf8')) as Record<string, { compressible?: boolean }>
      const compressible = Object.entries(types).filter(([, type]) => type.compressible === true)
      const contents = JSON.stringify(Object.fromEntries(compressible.map(([name]) => [name, { compressible: true }])))
      return { contents, loader: 'json' }
    })
  },
}

/**
 * Bundles the server into dist/. Reading some 1,300 small modules of the dependencies took most of a cold start; see
 * docs/decisions/0007-bundled-server.md. What brings native code or files of its own stays outside.
 */
function buildServer() {
  return build({
    metafile: true,
    plugins: [leaveOut],
    entryPoints: {
      main: 'src/main.ts',
      'sqlite-worker': 'src/storage/sqlite-worker.ts',
      'writing-thread': 'src/domain/writing-thread.ts',
      'background-thread': 'src/domain/background-thread.ts',
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
const { metafile } = await buildServer()
await writeFile(`${NEXT}/THIRD-PARTY-LICENSES.txt`, await collectLicences(Object.keys(metafile.inputs)))
await buildConsole({ configFile: 'console/vite.config.ts' })
await rm('dist', { recursive: true, force: true })
await rename(NEXT, 'dist')

/** The licences of the packages whose code is in the bundle. @param files paths of its sources */
async function collectLicences(files: readonly string[]): Promise<string> {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [])
  const texts = [...new Set(folders)].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8')) as Record<
      string,
      string
    >
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file === undefined ? '' : `\n${(await readFile(`${folder}/${file}`, 'utf8')).trim()}\n`
    return `${name} ${version} (${license})\n${text}`
  })
  return `Code of these packages is part of the bundled server.\n\n${(await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n`)}`
}
