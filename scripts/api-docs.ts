import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildOpenApiDocument } from '../src/contract/openapi.js'
import { describeFields, describeType, type Field, type Schema } from './api-docs/fields.js'

/** The page this script writes. */
export const API_PAGE = fileURLToPath(new URL('../docs/api.md', import.meta.url))

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: Schema
}

interface Response {
  readonly description: string
  readonly headers?: Readonly<Record<string, { readonly description?: string }>>
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Response['content'] }
  readonly security?: readonly unknown[]
  readonly responses: Readonly<Record<string, Response>>
}

interface Endpoint extends Operation {
  readonly method: string
  readonly path: string
}

/** The reference of every operation as Markdown, from the contract alone. */
export function renderApi(): string {
  const document = buildOpenApiDocument('0') as { paths: Record<string, Record<string, Operation>> }
  const endpoints = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  )
  const groups = new Map<string, Endpoint[]>()
  for (const endpoint of endpoints) {
    const tag = endpoint.tags[0] ?? ''
    groups.set(tag, [...(groups.get(tag) ?? []), endpoint])
  }
  return [
    ...introduce(endpoints.length),
    ...[...groups].flatMap(([tag, members]) => listContents(tag, members)),
    '',
    ...[...groups].flatMap(([tag, members]) => [`## ${tag}`, '', ...members.flatMap(describeEndpoint)]),
  ].join('\n')
}

function introduce(count: number): string[] {
  return [
    '# API',
    '',
    '<!-- Written by `npm run api-docs`; do not edit. -->',
    '',
    `All ${count} operations, made from the contract that the server checks requests against. A server gives the same as an`,
    'OpenAPI document at `/openapi.json` and as a page to try out at `/docs`. What lies under `/recollect/v1/` is this server’s',
    'own; everything else is compatible with Twilio’s Memory API v1, as [compatibility.md](compatibility.md) says one by one.',
    '',
    '- **Credentials**: HTTP Basic with the SID and token of an account, or the SID and secret of an API key.',
    '- **Bodies** are JSON, in and out. A name with `[]` is each element of an array, `*` stands for any name.',
    '- **Refusals** are `{code, message, more_info, status}`; the statuses of each operation are listed with it.',
    '- **Lists** are pages: `pageSize` and `pageToken` in, `meta.nextToken` out as long as there is more; `meta.key` names the array.',
    '- **A merged profile** answers 301 on reads and 308 on writes, with `Canonical-Profile-Id` and a `Location`.',
    '- Every answer has a `Twilio-Request-Id`, which the log has too.',
    '',
    '## Contents',
    '',
  ]
}

function listContents(tag: string, members: readonly Endpoint[]): string[] {
  const links = members.map(({ operationId }) => `[${operationId}](#${operationId.toLowerCase()})`)
  return [`- **${tag}**: ${links.join(', ')}`]
}

function describeEndpoint({
  operationId,
  summary,
  method,
  path,
  parameters,
  requestBody,
  responses,
  security,
}: Endpoint) {
  const body = Object.entries(requestBody?.content ?? {})[0]
  const title = requestBody?.required === false ? 'Body (optional)' : 'Body'
  return [
    `### ${operationId}`,
    '',
    `\`${method} ${path}\``,
    '',
    `${summary}.${security?.length === 0 ? ' Needs no credentials: the URL is signed.' : ''}`,
    '',
    ...describeParameters(parameters),
    ...(body === undefined ? [] : describeBody(title, body)),
    ...Object.entries(responses)
      .filter(([status]) => status.startsWith('2'))
      .flatMap(([status, response]) => describeSuccess(status, response)),
    ...describeOthers(responses),
  ]
}

function describeParameters(parameters: readonly Parameter[]): string[] {
  if (parameters.length === 0) return []
  const rows = parameters.map(({ name, in: place, required, description = '', schema }) =>
    row(`\`${name}\``, place, required ? 'yes' : '', describeType(schema), description),
  )
  return ['| Parameter | In | Required | Type | Meaning |', '| --- | --- | --- | --- | --- |', ...rows, '']
}

function describeBody(
  title: string,
  [mediaType, { schema }]: readonly [string, { readonly schema: Schema }],
): string[] {
  const fields = describeFields(schema)
  const intro = `${title}: ${describeType(schema)}${mediaType === 'application/json' ? '' : `, ${mediaType}`}`
  if (fields.length === 0) return [intro, '']
  const rows = fields.map((field: Field) =>
    row(`\`${field.name}\``, field.required ? 'yes' : '', field.type, field.description),
  )
  return [intro, '', '| Field | Required | Type | Meaning |', '| --- | --- | --- | --- |', ...rows, '']
}

function describeSuccess(status: string, { description, headers = {}, content = {} }: Response): string[] {
  const names = Object.keys(headers).map((name) => `\`${name}\``)
  const [first] = Object.entries(content)
  return [
    `**${status}**: ${description}.${names.length > 0 ? ` Headers: ${names.join(', ')}.` : ''}`,
    '',
    ...(first === undefined ? [] : describeBody('Answer', first)),
  ]
}

function describeOthers(responses: Readonly<Record<string, Response>>): string[] {
  const others = Object.entries(responses).filter(([status]) => !status.startsWith('2'))
  if (others.length === 0) return []
  return [`Else: ${others.map(([status, { description }]) => `${status} (${description})`).join(', ')}.`, '']
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(API_PAGE, renderApi())
  console.log(`${API_PAGE} is written`)
}
