import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { API_PAGE, renderApi } from '../../scripts/api-docs.js'
import { OPERATIONS } from '../../src/contract/operations.js'

const page = readFileSync(API_PAGE, 'utf8')

describe('docs/api.md', () => {
  it('is what the contract says: npm run api-docs writes it anew', () => {
    expect(page === renderApi(), 'docs/api.md is stale: run npm run api-docs').toBe(true)
  })

  it('has every operation once, with a link to it', () => {
    for (const { operationId, method, url } of OPERATIONS) {
      expect(page.split(`\n### ${operationId}\n`)).toHaveLength(2)
      expect(page).toContain(`](#${operationId.toLowerCase()})`)
      expect(page).toContain(`\`${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}\``)
    }
  })

  it('has the fields of bodies in bodies', () => {
    expect(page).toContain('| `observations[].content` | yes | string, 1 to 4096 characters | The text |')
    expect(page).toContain('| `traits.*.*` |')
    expect(page).toContain('| `traits.*.dataType` | yes |')
  })
})
