import { expect, it } from 'vitest'
import { checkIfMatch, toEtag } from '../../src/domain/etag.js'

it('is base64url of id and version, in quotes', () => {
  const tag = toEtag('mem_store_1', 7)
  expect(tag).toMatch(/^"[\w-]+"$/)
  expect(JSON.parse(Buffer.from(tag.slice(1, -1), 'base64url').toString())).toEqual({ id: 'mem_store_1', v: 7 })
})

it('lets a write through that saw this version, or any', () => {
  const tag = toEtag('a', 2)
  for (const ifMatch of [
    undefined,
    tag,
    tag.replaceAll('"', ''),
    `W/${tag}`,
    '*',
    `"other", ${tag}`,
    `${tag}, "other"`,
  ]) {
    expect(() => checkIfMatch(ifMatch, 'a', 2), String(ifMatch)).not.toThrow()
  }
})

it('refuses a write that saw another version, or something else', () => {
  for (const ifMatch of [toEtag('a', 1), toEtag('a', 3), toEtag('b', 2), '""', '', 'x', '"*x"']) {
    expect(() => checkIfMatch(ifMatch, 'a', 2), ifMatch).toThrow(expect.objectContaining({ status: 412, code: 520043 }))
  }
})
