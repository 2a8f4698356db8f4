import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Writes dist/sbom.cdx.json: what is in an installed server, from the lockfile, in CycloneDX. Made by `npm sbom` and put
 * right in two things: it calls the program by the name of its folder, and its `--omit dev` leaves out what the server
 * and its development both need.
 */

const ROOT = new URL('../', import.meta.url)
const TARGET = new URL('dist/sbom.cdx.json', ROOT)

interface Bom {
  readonly metadata: { readonly component: { readonly 'bom-ref': string } }
  readonly components: readonly { readonly 'bom-ref': string }[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

interface LockedPackage {
  readonly name?: string
  readonly version: string
  readonly dev?: boolean
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, ROOT), 'utf8')) as T
}

function runNpmSbom(): Bom {
  const options = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only']
  const text = execFileSync('npm', ['sbom', ...options], {
    cwd: fileURLToPath(ROOT),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return JSON.parse(text) as Bom
}

/** References of what is installed with the server: `name@version`. */
function findInstalled(): Set<string> {
  const { packages } = readJson<{ packages: Record<string, LockedPackage> }>('package-lock.json')
  return new Set(
    Object.entries(packages)
      .filter(([, { dev }]) => dev !== true)
      .map(([path, { name, version }]) => `${name ?? path.split('node_modules/').at(-1)}@${version}`),
  )
}

const bom = runNpmSbom()
const installed = findInstalled()
const { component } = bom.metadata
const components = bom.components.filter((one) => installed.has(one['bom-ref']))
const dependencies = bom.dependencies
  .filter(({ ref }) => installed.has(ref))
  .map((one) => ({ ...one, dependsOn: one.dependsOn.filter((ref) => installed.has(ref)) }))
const { name } = readJson<{ name: string }>('package.json')
const metadata = { ...bom.metadata, component: { ...component, name } }
mkdirSync(new URL('dist/', ROOT), { recursive: true })
writeFileSync(TARGET, `${JSON.stringify({ ...bom, metadata, components, dependencies }, null, 2)}\n`)
console.log(`${fileURLToPath(TARGET)}: ${components.length} packages`)
