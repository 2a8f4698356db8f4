import { pipeline, Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/import.js'
import { cancelImport } from '../../domain/imports/cancel.js'
import {
  createImport,
  fetchImport,
  fetchImportProgress,
  type ImportIssue,
  listImportIssues,
  listImports,
} from '../../domain/imports/import.js'
import { previewImport } from '../../domain/imports/preview.js'
import { addStoreOperation } from '../call.js'
import { originOf } from '../links.js'

export function addImportRoutes(app: FastifyInstance, ctx: Context): void {
  addStoreOperation(app, ctx, contract.listImports, async ({ scope, query }) => {
    const { items, meta } = await listImports(ctx, scope, query)
    return { imports: items, meta }
  })
  addStoreOperation(app, ctx, contract.createImport, async ({ scope, actor, body, request, reply }) => {
    const { importId, uploadPath } = await createImport(ctx, scope, actor, body)
    return reply.code(201).send({ importId, url: originOf(ctx, request) + uploadPath })
  })
  addStoreOperation(app, ctx, contract.fetchImport, async ({ scope, params }) =>
    fetchImport(ctx, scope, params.importId),
  )
  addStoreOperation(app, ctx, contract.fetchImportProgress, async ({ scope, params }) =>
    fetchImportProgress(ctx, scope, params.importId),
  )
  addStoreOperation(app, ctx, contract.previewImport, async ({ scope, body }) => ({
    rows: await previewImport(ctx, scope, body),
  }))
  addStoreOperation(app, ctx, contract.cancelImport, async ({ scope, actor, params, reply }) => {
    await cancelImport(ctx, scope, actor, params.importId)
    return reply.code(202).send({ message: 'The import is cancelled.' })
  })
  addStoreOperation(app, ctx, contract.listImportErrors, async ({ scope, params, reply }) => {
    const issues = await listImportIssues(ctx, scope, params.importId)
    return reply
      .type('text/csv; charset=utf-8')
      .header('Content-Disposition', `attachment; filename="${params.importId}-errors.csv"`)
      .send(toCsv(issues))
  })
}

/** A spreadsheet must not take a column's name for a formula. */
function toCsv(issues: AsyncIterable<ImportIssue>): Readable {
  const csv = stringify({ header: true, columns: ['row', 'kind', 'column', 'reason'], escape_formulas: true })
  return pipeline(Readable.from(issues), csv, () => undefined)
}
