import { describe, it } from 'vitest'
import { HOW_TO_GET_IT, loadOfficialDocument } from '../../scripts/official-document.js'
import type { OpenApiDocument } from '../conformance/open-api.js'

/**
 * Tests that need the official OpenAPI document. Without it they are skipped with a warning, and fail in CI, where a
 * test that quietly does not run would be worth nothing.
 */
export function describeWithOfficialDocument(name: string, define: (official: OpenApiDocument) => void): void {
  const official = loadOfficialDocument()
  if (official !== undefined) {
    describe(name, () => define(official))
    return
  }
  const reason = `"${name}" needs the official OpenAPI document, which is missing or changed: ${HOW_TO_GET_IT}`
  if (process.env.CI === 'true') {
    it(name, () => {
      throw new Error(reason)
    })
    return
  }
  console.warn(`SKIPPED: ${reason}`)
  describe.skip(name, () => {
    it('needs the official document', () => undefined)
  })
}
