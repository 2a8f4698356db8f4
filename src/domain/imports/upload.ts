import type { Readable } from 'node:stream'
import { BlobTooLargeError } from '../../blobs/blob-store.js'
import type { Context } from '../../context.js'
import { type ApiError, conflict, forbidden, notFound, payloadTooLarge } from '../../errors.js'
import { newSecret } from '../../ids.js'
import type { Actor, StoreScope } from '../../scope.js'
import { findImport, type ImportRow, markUploaded } from '../../storage/import.js'
import { isNamedInJob } from '../../storage/job.js'
import { enqueueJob } from '../job.js'
import { openStoreOfJob } from '../store-scope.js'
import { signWithUploadKey, verifyUploadSignature } from './upload-keys.js'

export const UPLOAD_PATH = '/recollect/v1/Uploads'

/** What an import job needs: which import, and the name of its file. */
export interface ImportPayload {
  readonly importId: string
  readonly blob: string
}

/** The parts of a signed upload URL. `expires` is in seconds since the epoch. */
export interface UploadTicket {
  readonly importId: string
  readonly store: string
  readonly expires: number
  readonly signature: string
}

/** Path and query of a signed upload URL that lives for UPLOAD_URL_TTL_SECONDS. */
export async function signUpload(
  ctx: Pick<Context, 'config' | 'db' | 'now' | 'signingKey'>,
  storeId: string,
  importId: string,
): Promise<string> {
  const expires = Math.floor(ctx.now() / 1000) + ctx.config.uploadUrlTtlSeconds
  const signature = await signWithUploadKey(ctx, signedText(importId, storeId, expires))
  return `${UPLOAD_PATH}/${importId}?store=${storeId}&expires=${expires}&signature=${signature}`
}

function signedText(importId: string, storeId: string, expires: number): string {
  return `upload/${storeId}/${importId}/${expires}`
}

/**
 * Stores the file of an import and starts it: the file is on disk before the import's job is, and that before the
 * answer. A stream that breaks off leaves the import PENDING, so that the client may try again.
 *
 * @param size the size the client announced, if it did
 * @throws ApiError 403 for a URL that is not ours or has expired, 409 after the first upload or when the import was cancelled, 413 beyond the agreed size
 */
export async function acceptUpload(
  ctx: Context,
  ticket: UploadTicket,
  content: Readable,
  size: number | undefined,
  { requestId, clientAddress }: Pick<Actor, 'requestId' | 'clientAddress'>,
): Promise<void> {
  const { scope, row } = await openTicket(ctx, ticket)
  if (row.uploadedAt !== undefined || row.status !== 'PENDING') throw takesNoFile()
  if (size !== undefined && size > row.fileSize) throw payloadTooLarge(row.fileSize)
  const blob = `${row.id}-${newSecret()}.csv`
  await writeBlob(ctx, blob, content, row.fileSize)
  const actor: Actor = {
    accountSid: scope.accountSid,
    // The URL carries no credential: what is done by it is done by the one that asked for the import.
    credential: row.actor || 'upload-url',
    requestId,
    operation: 'UploadImportFile',
    clientAddress,
  }
  try {
    await startImport(ctx, scope, { importId: row.id, blob }, actor)
  } catch (error) {
    await ctx.blobs.remove(blob)
    throw error
  }
  ctx.jobSignal.wake()
}

async function openTicket(ctx: Context, ticket: UploadTicket): Promise<{ scope: StoreScope; row: ImportRow }> {
  const { importId, store, expires, signature } = ticket
  if (!(await verifyUploadSignature(ctx, signedText(importId, store, expires), signature))) {
    throw forbidden('The upload URL is not one of ours: use the url of the import as it was given')
  }
  if (expires * 1000 < ctx.now()) throw forbidden('The upload URL has expired: create a new import')
  const scope = await openStoreOfJob(ctx, store)
  const row = scope && (await findImport(ctx.db.read, scope, importId))
  if (scope === undefined || row === undefined) throw notFound(`Import ${importId}`)
  return { scope, row }
}

function takesNoFile(): ApiError {
  return conflict(
    'The file of this import was uploaded already, or the import was cancelled: create a new import for another file',
  )
}

async function writeBlob(ctx: Context, blob: string, content: Readable, maxBytes: number): Promise<void> {
  try {
    await ctx.blobs.write(blob, content, maxBytes)
  } catch (error) {
    if (error instanceof BlobTooLargeError) throw payloadTooLarge(maxBytes)
    throw error
  }
}

async function startImport(ctx: Context, scope: StoreScope, payload: ImportPayload, actor: Actor): Promise<void> {
  await ctx.db.transaction(
    async (trx) => {
      if (!(await markUploaded(trx, scope, payload.importId, ctx.now()))) throw takesNoFile()
      await enqueueJob(ctx, trx, { storeId: scope.storeId, kind: 'import', payload, actor })
    },
    { owner: scope },
  )
}

const ORPHAN_AGE_MS = 24 * 60 * 60 * 1000

/** Removes files that a crash left between their upload and their import's start, a day after. */
export async function removeOrphanedUploads(ctx: Context): Promise<void> {
  for (const blob of await ctx.blobs.listOlderThan(ctx.now() - ORPHAN_AGE_MS)) {
    if (!(await isNamedInJob(ctx.db.read, 'import', blob))) await ctx.blobs.remove(blob)
  }
}
