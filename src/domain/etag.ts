import { ApiError, ERROR_CODES } from '../errors.js'

/** The entity tag of a version: base64url of `{"id":…,"v":N}` in quotes, as the document's example has it. */
export function toEtag(id: string, version: number): string {
  return `"${Buffer.from(JSON.stringify({ id, v: version })).toString('base64url')}"`
}

/**
 * Lets a conditional write through only when the client saw the current version.
 *
 * @param ifMatch the If-Match header: one or more tags, with or without quotes, or `*`
 * @throws ApiError 412
 */
export function checkIfMatch(ifMatch: string | undefined, id: string, version: number): void {
  if (ifMatch === undefined) return
  const current = toEtag(id, version).replaceAll('"', '')
  const tags = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, '').replaceAll('"', ''))
  if (tags.includes('*') || tags.includes(current)) return
  throw new ApiError(
    412,
    ERROR_CODES.staleIfMatch,
    'If-Match names another version of the resource: fetch it again and repeat the change on what you find',
  )
}
