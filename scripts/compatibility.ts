import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildOpenApiDocument } from '../src/contract/openapi.js'
import { compareOperations } from '../test/conformance/compare.js'
import { DEVIATIONS, findDeviation } from '../test/conformance/deviations.js'
import { type DocumentedOperation, listOperations, type OpenApiDocument } from '../test/conformance/open-api.js'
import { HOW_TO_GET_IT, loadOfficialDocument } from './official-document.js'

/** The page this script writes. */
export const COMPATIBILITY_PAGE = fileURLToPath(new URL('../docs/compatibility.md', import.meta.url))

/** What the server answers besides the operations of its OpenAPI document. */
export const SERVICE_PATHS = {
  '/healthz': 'Whether the process is up',
  '/readyz': 'Whether the database can be used',
  '/metrics': 'Metrics for Prometheus',
  '/openapi.json': 'The OpenAPI document of this server',
  '/docs': 'The same as a page',
  '/console': 'The web console; what it shows needs credentials',
} as const

type State = 'done' | 'partial' | 'differs' | 'missing'

interface Row {
  readonly operation: DocumentedOperation
  readonly state: State
  readonly note: string
}

/** The page as Markdown, from the two documents and the list of meant deviations. */
export function renderCompatibility(official: OpenApiDocument, ours: OpenApiDocument): string {
  const ourOperations = listOperations(ours)
  const rows = listOperations(official).map((operation) =>
    judge(
      { official, ours },
      operation,
      ourOperations.find(({ operationId }) => operationId === operation.operationId),
    ),
  )
  const known = new Set(rows.map(({ operation }) => operation.operationId))
  const own = ourOperations.filter(({ operationId }) => !known.has(operationId))
  return [...introduce(rows), ...tabulate(rows), ...describeOwn(ours, own)].join('\n')
}

function judge(
  documents: { official: OpenApiDocument; ours: OpenApiDocument },
  operation: DocumentedOperation,
  ours: DocumentedOperation | undefined,
): Row {
  if (ours === undefined) return { operation, state: 'missing', note: '' }
  const differences = compareOperations(documents, operation, ours)
  const unmeant = differences.filter((difference) => findDeviation(difference) === undefined)
  if (unmeant.length > 0) {
    return {
      operation,
      state: 'partial',
      note: `Not as documented yet: ${unmeant.map(({ where }) => where).join(', ')}`,
    }
  }
  const deviations = new Set(differences.map(findDeviation).filter((deviation) => deviation?.operations !== undefined))
  const note = [...deviations].map((deviation) => deviation?.reason).join(' ')
  return { operation, state: deviations.size === 0 ? 'done' : 'differs', note }
}

function introduce(rows: readonly Row[]): string[] {
  const count = (state: State) => rows.filter((row) => row.state === state).length
  const counts = (['done', 'differs', 'partial', 'missing'] as const).map((state) => `${count(state)} ${state}`)
  return [
    '# Compatibility with Twilio’s Memory API v1',
    '',
    '<!-- Written by `npm run compatibility`; do not edit. -->',
    '',
    `The official OpenAPI document has ${rows.length} operations: ${counts.join(', ')}. The table is made by comparing that`,
    'document with the one this server gives at `/openapi.json`: parameters, request bodies, statuses, headers and answers.',
    '',
    '- **done**: the operation is there and nothing in its description differs.',
    '- **differs**: the operation is there and differs on purpose; the note says in what and why.',
    '- **partial**: the operation is there, but not yet everything the document describes.',
    '- **missing**: the operation is not there; its path answers 404.',
    '',
    'Where the document leaves a property of an answer optional, this server may promise to send it always. These hold',
    'everywhere and make no operation differ:',
    '',
    ...DEVIATIONS.filter(({ operations }) => operations === undefined).map(({ reason }) => `- ${reason}`),
    '',
  ]
}

function tabulate(rows: readonly Row[]): string[] {
  return [
    '| Operation | Method | Path | State | Note |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(
      ({ operation: { operationId, method, path }, state, note }) =>
        `| ${operationId} | ${method} | \`${path}\` | ${state} | ${note.replaceAll('|', '\\|')} |`,
    ),
    '',
  ]
}

function describeOwn(ours: OpenApiDocument, own: readonly DocumentedOperation[]): string[] {
  return [
    '## Beyond the API',
    '',
    'What this server adds to the API lives under `/recollect/v1/`, so that it never clashes with a path of the API:',
    '',
    '| Operation | Method | Path | What it is for |',
    '| --- | --- | --- | --- |',
    ...own.map(
      ({ operationId, method, path }) =>
        `| ${operationId} | ${method} | \`${path}\` | ${summaryOf(ours, path, method)} |`,
    ),
    '',
    'Outside the API, without credentials:',
    '',
    '| Path | What it is for |',
    '| --- | --- |',
    ...Object.entries(SERVICE_PATHS).map(([path, purpose]) => `| \`${path}\` | ${purpose} |`),
    '',
  ]
}

function summaryOf(document: OpenApiDocument, path: string, method: string): string {
  const operation = document.paths[path]?.[method.toLowerCase()] as { summary?: string } | undefined
  return operation?.summary ?? ''
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const official = loadOfficialDocument()
  if (official === undefined) throw new Error(`The official OpenAPI document is missing: ${HOW_TO_GET_IT}`)
  await mkdir(fileURLToPath(new URL('../docs', import.meta.url)), { recursive: true })
  await writeFile(COMPATIBILITY_PAGE, renderCompatibility(official, buildOpenApiDocument('0') as OpenApiDocument))
  console.log(`${COMPATIBILITY_PAGE} is written`)
}
