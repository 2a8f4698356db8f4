import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { TRACING_PACKAGES } from '../../src/tracing/open.js'

const ROOT = new URL('../../', import.meta.url)
const readJson = <T>(path: string) => JSON.parse(readFileSync(new URL(path, ROOT), 'utf8')) as T

interface Manifest {
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
  readonly peerDependencies: Record<string, string>
  readonly peerDependenciesMeta: Record<string, { readonly optional?: boolean }>
  readonly allowScripts: Record<string, boolean>
}

interface LockedPackage {
  readonly name?: string
  readonly version: string
  readonly integrity?: string
  readonly resolved?: string
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
}

const manifest = readJson<Manifest>('package.json')
const packages = Object.entries(readJson<{ packages: Record<string, LockedPackage> }>('package-lock.json').packages)
  .filter(([path]) => path !== '')
  .map(([path, locked]) => ({ ...locked, name: locked.name ?? path.split('node_modules/').at(-1) ?? '' }))

/** Licences that ask for no more than to be named. */
const LICENCES = [
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  '0BSD',
  'CC0-1.0',
  'Unlicense',
]

describe('the lockfile', () => {
  it('holds the SHA-512 of every package', () => {
    expect(packages.length).toBeGreaterThan(100)
    expect(packages.filter(({ integrity = '' }) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity))).toEqual([])
  })

  it('takes every package from the registry: none from a repository, an address or a folder', () => {
    expect(packages.filter(({ resolved }) => resolved !== undefined && !resolved.startsWith('https://'))).toEqual([])
    expect(packages.filter(({ version }) => !/^\d+\.\d+\.\d+/.test(version))).toEqual([])
  })
})

describe('the manifest', () => {
  it('names exact versions', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  })

  it('lets only better-sqlite3 run a script when it is installed', () => {
    const withScript = packages.filter(({ hasInstallScript }) => hasInstallScript === true)
    expect(withScript.filter(({ dev }) => dev !== true).map(({ name }) => name)).toEqual(['better-sqlite3'])
    const judged = Object.keys(manifest.allowScripts)
    expect(withScript.map(({ name }) => name).filter((name) => !judged.includes(name))).toEqual([])
    const allowed = Object.entries(manifest.allowScripts).filter(([, isAllowed]) => isAllowed)
    expect(allowed.map(([name]) => name)).toEqual(['better-sqlite3'])
  })

  it('brings no OpenTelemetry package, and names those that traces need', () => {
    const names = Object.keys(manifest.peerDependencies)
    const peers = Object.entries(manifest.peerDependencies).map(([name, range]) => `${name}@${range}`)
    expect([...TRACING_PACKAGES].sort()).toEqual(peers.sort())
    const page = readFileSync(new URL('docs/observability.md', ROOT), 'utf8')
    for (const peer of peers) expect(page).toContain(peer)
    expect(names.every((name) => manifest.peerDependenciesMeta[name]?.optional === true)).toBe(true)
    const installed = packages.filter(({ name, dev }) => name.startsWith('@opentelemetry/') && dev !== true)
    expect(installed.map(({ name }) => name)).toEqual([])
  })
})

describe('the bill of materials', () => {
  interface Component {
    readonly name: string
    readonly version: string
    readonly purl: string
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
    readonly licenses?: readonly { readonly license?: { readonly id?: string }; readonly expression?: string }[]
  }
  interface Bom {
    readonly bomFormat: string
    readonly specVersion: string
    readonly metadata: { readonly component: { readonly name: string; readonly version: string } }
    readonly components: readonly Component[]
    readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
  }
  let bom: Bom

  beforeAll(() => {
    execFileSync('npm', ['run', '-s', 'sbom'], { cwd: fileURLToPath(ROOT), stdio: 'pipe' })
    bom = readJson<Bom>('dist/sbom.cdx.json')
  })

  it('is CycloneDX and names the program', () => {
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'recollect' } } })
  })

  it('lists exactly the packages of an installed server, each with its hash', () => {
    const toPurl = ({ name, version }: { name: string; version: string }) =>
      `pkg:npm/${name.replace('@', '%40')}@${version}`
    const expected = new Set(packages.filter(({ dev }) => dev !== true).map(toPurl))
    const listed = bom.components.map(({ purl }) => purl)
    expect(new Set(listed)).toEqual(expected)
    expect(listed).toHaveLength(expected.size)
    const hashed = bom.components.filter(({ hashes = [] }) => hashes.some(({ alg }) => alg === 'SHA-512'))
    expect(hashed).toHaveLength(listed.length)
  })

  it('names in its graph only what it lists', () => {
    const refs = new Set(bom.dependencies.map(({ ref }) => ref))
    expect(bom.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual([])
  })

  it('has only licences that ask to be named, and no more', () => {
    const unknown = bom.components.filter(({ licenses = [] }) => {
      const names = licenses.flatMap(({ license, expression = '' }) =>
        license?.id === undefined ? expression.replaceAll(/[()]/g, '').split(' OR ') : [license.id],
      )
      return !names.some((name) => LICENCES.includes(name))
    })
    expect(unknown.map(({ name, licenses }) => `${name}: ${JSON.stringify(licenses)}`)).toEqual([])
  })
})
