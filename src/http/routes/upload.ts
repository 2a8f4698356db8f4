import type { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import { MAX_IMPORT_BYTES, uploadImportFile } from '../../contract/import.js'
import { acceptUpload, type UploadTicket } from '../../domain/imports/upload.js'

/** The one route without credentials: the signed URL is the credential. Takes any content type as a stream. */
export async function addUploadRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    scope.route({
      method: uploadImportFile.method,
      url: uploadImportFile.url,
      schema: { params: uploadImportFile.params, querystring: uploadImportFile.query },
      config: { operationId: uploadImportFile.operationId },
      bodyLimit: MAX_IMPORT_BYTES + 1,
      handler: async (request) => {
        const ticket = { ...(request.params as object), ...(request.query as object) } as UploadTicket
        const length = request.headers['content-length']
        const size = length === undefined ? undefined : Number(length)
        const content = (request.body as Readable | undefined) ?? request.raw
        try {
          await acceptUpload(ctx, ticket, content, size, { requestId: request.id, clientAddress: request.ip })
        } catch (error) {
          // Read on, so that the client is still listening when the refusal comes.
          content.resume()
          throw error
        }
        return { message: 'File accepted for import.' }
      },
    })
  })
}
